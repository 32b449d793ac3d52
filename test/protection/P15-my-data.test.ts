import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { given, report, residentOf } from '../residents/report.ts'
import { telegramPerson } from '../residents/telegram-person.ts'
import type { WebChatPerson } from '../residents/webchat-person.ts'
import { type BotApi, startBotApi } from '../servers/bot-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('P15 all that is kept about a resident', () => {
  let api: BotApi
  let service: Service
  beforeAll(async () => {
    api = await startBotApi()
    service = await startService({ TELEGRAM_BOT_TOKEN: api.token, TELEGRAM_API_ROOT: api.root })
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })

  const fetched = async (path: string, resident: WebChatPerson) => {
    const response = await fetch(`${service.url}${path}`, {
      headers: { cookie: resident.cookie() },
    })
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      text: await response.text(),
    }
  }

  it('comes at the web chat as a page to read and as JSON: words, files, what happened, who has read, and nobody else’s', async () => {
    const [resident, other] = [
      await residentOf(service, 'YL010101'),
      await residentOf(service, 'YL010101'),
    ]
    const photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()
    await resident.sendsFile('photo', photo, 'image/jpeg')
    const { code } = await report(service, resident, 'MINE 垃圾没人收', 'waste')
    await report(service, other, 'THEIRS 井水发黄', 'drinking_water')
    await given(service, code)
    await resident.says('/mydata')
    const line = (await resident.hears('与您有关的全部内容')) as {
      links?: { label: string; href: string }[]
    }
    const [page, data] = line.links ?? []
    const read = await fetched(page?.href ?? '', resident)
    expect([read.status, read.type]).toEqual([200, 'text/html; charset=utf-8'])
    for (const part of ['MINE 垃圾没人收', code, 'data:image/jpeg;base64,', '恰勒阔德村'])
      expect(read.text).toContain(part)
    expect(read.text).not.toContain('THEIRS')
    const json = JSON.parse((await fetched(data?.href ?? '', resident)).text) as {
      requests: {
        code: string
        messages: { text: string; files: { base64: string }[] }[]
        events: unknown[]
        readBy: unknown[]
      }[]
      received: unknown[]
    }
    expect(json.requests).toMatchObject([
      { code, messages: [{ files: [{ kind: 'photo' }] }, { text: 'MINE 垃圾没人收' }] },
    ])
    expect(json.requests[0]?.events.length).toBeGreaterThan(1)
    expect(JSON.stringify(json)).not.toContain('THEIRS')
    // Anyone who has no session, or another one, gets nothing of it.
    expect((await fetch(`${service.url}${page?.href}`)).status).toBe(404)
    expect((await fetched(data?.href ?? '', other)).text).not.toContain('MINE')
  })

  it('comes in Telegram as two files, with the chat’s number that is kept encrypted', async () => {
    const resident = telegramPerson(api, 5_150_777)
    await resident.says('路灯坏了三天了')
    await resident.presses('notice:seen')
    await resident.says('/mydata')
    const [page, data] = await until('both files are there', () => {
      const documents = resident.messages().filter(({ kind }) => kind === 'document')
      return documents.length === 2 ? documents : undefined
    })
    expect(page?.text).toContain('路灯坏了三天了')
    const json = JSON.parse(data?.text ?? '') as {
      chat: { channel: string; handle: string }
      received: { message: { text?: string } }[]
    }
    expect(json.chat).toMatchObject({ channel: 'telegram', handle: '5150777' })
    expect(json.received.map(({ message }) => message.text)).toContain('路灯坏了三天了')
  })

  it('is not for the chats of members, whose chats hold what residents wrote', async () => {
    const resident = await residentOf(service, 'YL010101')
    const { conversationId } = (await report(service, resident, '渠坏了', 'irrigation')).ticket
    await service.db.prisma.conversation.update({
      where: { id: conversationId ?? '' },
      data: { memberId: service.organisation.members[0]?.id ?? '' },
    })
    expect((await fetched('/channels/webchat/mydata.json', resident)).status).toBe(404)
  })
})
