import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { categories } from '../../src/categories/category.ts'
import type { Organisation } from '../../src/organisation/organisation.ts'
import type { BotApi } from '../servers/bot-api.ts'
import { until } from '../until.ts'

/** A message of a resident that was answered: when it was said, in seconds, and after how long. */
export type Answered = { readonly at: number; readonly ms: number }

type Load = {
  readonly api: BotApi
  readonly url: string
  readonly secret: string
  readonly organisation: Organisation
  /** How many messages of residents are said in a second. */
  readonly rate: number
}

/** Where residents' chats begin; members' are those of the pipeline's bench. */
const firstResident = 1_000_000
const firstMember = 9_000_000
/** How many residents speak at once, at the most. */
const mostTalks = 400

/**
 * Residents and members of a township who write all the time, at a steady rate, whatever becomes of
 * the answers: each resident makes one report and goes, each member accepts what is given to them
 * and says that it is done. What a copy that dies does not acknowledge is said again, as chat apps
 * do.
 */
export function startLoad({ api, url, secret, organisation, rate }: Load) {
  const began = Date.now()
  const answered: Answered[] = []
  const said = new Map<number, number>()
  const counts = { sent: 0, repeated: 0 }
  const talks: { readonly chat: number; readonly says: (() => object)[] }[] = []
  const villages = organisation.places.filter(({ teamId }) => teamId !== null)
  const topics = categories.filter((category) => category !== 'complaint_staff')
  let people = 0
  let updates = 0
  let isOn = true
  const working: Promise<void>[] = []
  const picture = sharp({ create: { width: 640, height: 480, channels: 3, background: 'brown' } })
    .jpeg()
    .toBuffer()
    .then((content) => api.addFile(content))

  const post = async (update: object) => {
    const body = JSON.stringify({ update_id: ++updates, ...update })
    for (;;) {
      const taken = await fetch(`${url}/channels/telegram`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
        body,
        signal: AbortSignal.timeout(10_000),
      }).then(
        async (response) => {
          await response.arrayBuffer()
          return response.ok
        },
        () => false,
      )
      if (taken) return
      counts.repeated += 1
      await new Promise((resume) => setTimeout(resume, 200))
    }
  }
  const about = (chat: number) => ({
    message_id: 1_000_000 + ++updates,
    date: Math.floor(Date.now() / 1_000),
    chat: { id: chat, type: 'private' },
    from: { id: chat, is_bot: false },
  })
  const words = (chat: number, text: string) => ({ message: { ...about(chat), text } })
  const press = (chat: number, data: string) => ({
    callback_query: {
      id: String(++updates),
      from: { id: chat },
      chat_instance: '1',
      data,
      message: { message_id: 1, date: 1, chat: { id: chat, type: 'private' } },
    },
  })
  const talkOf = (photo: string) => {
    const nth = people++
    const chat = firstResident + nth
    const village = villages[nth % villages.length]?.code ?? ''
    const photos = [{ file_id: photo, file_unique_id: photo, width: 640, height: 480 }]
    const drawn = createHash('sha256').update(String(nth)).digest()
    const matter = String.fromCodePoint(
      ...Array.from(drawn.subarray(0, 16), (each) => 0x4e00 + each * 64),
    )
    return {
      chat,
      says: [
        () => words(chat, `/start v_${village}`),
        () => press(chat, 'language:zh-Hans'),
        () => press(chat, 'notice:seen'),
        () => words(chat, `第 ${nth} 件事：${matter}`),
        // One in ten sends a photo too.
        ...(nth % 10 === 0 ? [() => ({ message: { ...about(chat), photo: photos } })] : []),
        () => press(chat, `category:${topics[nth % topics.length]}`),
        () => press(chat, 'send'),
      ],
    }
  }
  api.watch((chat, buttons) => {
    const at = said.get(chat)
    if (at !== undefined) {
      said.delete(chat)
      answered.push({ at: (at - began) / 1_000, ms: Date.now() - at })
    }
    if (chat < firstMember || !isOn) return
    const accept = buttons.find(({ data }) => data.startsWith('accept:'))
    const resolve = buttons.find(({ data }) => data.startsWith('resolve:'))
    if (accept !== undefined) working.push(post(press(chat, accept.data)))
    else if (resolve !== undefined)
      working.push(
        post(press(chat, resolve.data)).then(() => post(words(chat, '已经修好了，请放心'))),
      )
  })
  const timer = setInterval(() => {
    void picture.then((photo) => {
      // Who has had their answer says the next thing; where nobody has, somebody new comes.
      const next =
        talks.find(({ chat }) => !said.has(chat)) ??
        (talks.length < mostTalks ? talks[talks.push(talkOf(photo)) - 1] : undefined)
      const say = next?.says.shift()
      if (next === undefined || say === undefined) return
      talks.splice(talks.indexOf(next), 1)
      if (next.says.length > 0) talks.push(next)
      said.set(next.chat, Date.now())
      counts.sent += 1
      working.push(post(say()))
    })
  }, 1_000 / rate)
  return {
    /** Ends the talks, and waits for the answers that are still on their way. */
    end: async () => {
      clearInterval(timer)
      isOn = false
      await until('everything was acknowledged', async () => {
        const count = working.length
        await Promise.all(working)
        return working.length === count
      })
      await until('everything was answered', () => said.size === 0, 60_000).catch(() => {})
      return { answered, ...counts, unanswered: said.size }
    },
  }
}
