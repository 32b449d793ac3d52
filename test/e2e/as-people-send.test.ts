import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { type TelegramPerson, telegramPerson } from '../residents/telegram-person.ts'
import { makeVoiceNote } from '../residents/voice-note.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type BotApi, type ShownMessage, startBotApi } from '../servers/bot-api.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

/** Inputs as people and phones send them, reduced from public reports about other chat services. */
describe('what people really send through Telegram', () => {
  let api: BotApi
  let service: Service
  let photo: Buffer
  let nextPerson = 500_000
  beforeAll(async () => {
    api = await startBotApi()
    service = await startService({ TELEGRAM_BOT_TOKEN: api.token, TELEGRAM_API_ROOT: api.root })
    photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'green' } })
      .jpeg()
      .toBuffer()
  })
  afterAll(async () => {
    await service?.stopAll()
    await api?.close()
  })

  /** Somebody who has chosen Chinese, come by a village's poster and seen the notice. */
  const resident = async (village = 'YL010101'): Promise<TelegramPerson> => {
    const person = telegramPerson(api, nextPerson++)
    await person.says(`/start v_${village}`)
    await person.presses('language:zh-Hans')
    await person.presses('notice:seen')
    await person.hears('发生了什么事')
    return person
  }
  const memberOf = async (code: string): Promise<TelegramPerson> => {
    const ticket = await until('somebody has it', () =>
      service.db.prisma.ticket.findFirst({ where: { code, assigneeId: { not: null } } }),
    )
    const id = ticket.assigneeId ?? ''
    await service.db.prisma.member.update({ where: { id }, data: { language: 'zh-Hans' } })
    const person = telegramPerson(api, nextPerson++)
    await person.says(`/start i_${await issueToken(service.db, id, 'invitation', new Date())}`)
    await person.hears('欢迎')
    await person.says('/mine')
    return person
  }
  const reported = async (
    person: TelegramPerson,
    text: string,
    category = 'road',
  ): Promise<string> => {
    await person.says(text)
    return sent(person, category)
  }
  const sent = async (person: TelegramPerson, category: string): Promise<string> => {
    await person.choosesCategory(category)
    await until('the last look', () =>
      person.messages().some(({ buttons }) => buttons.some(({ data }) => data === 'send')),
    )
    await person.presses('send')
    const receipt = await until('the receipt, or another like it', () => {
      const last = person.messages().at(-1)
      return last?.buttons.some(({ data }) => data === 'different' || data.startsWith('status:JW-'))
        ? last
        : undefined
    })
    if (receipt.buttons.some(({ data }) => data === 'different')) await person.presses('different')
    return until(
      'the number',
      () =>
        /JW-[0-9A-Z]{10}/.exec(
          person.messages().findLast(({ text }) => text.includes('编号'))?.text ?? '',
        )?.[0],
    )
  }
  const accepted = async (code: string): Promise<TelegramPerson> => {
    const member = await memberOf(code)
    await member.presses(`accept:${code}`)
    await until(
      'it is accepted',
      async () =>
        (await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).status ===
        'accepted',
    )
    return member
  }
  const wordsOf = async (code: string) =>
    (
      await service.db.prisma.ticketMessage.findMany({
        where: { ticket: { code } },
        orderBy: { id: 'asc' },
      })
    ).map(({ text }) => text)
  const handled = () =>
    until(
      'all is handled',
      async () =>
        (await service.db.prisma.inbound.count({ where: { doneAt: null, setAsideAt: null } })) ===
        0,
    )
  const quiet = async (person: TelegramPerson) => {
    await handled()
    await until(
      'all is said',
      async () => (await service.db.prisma.outbound.count({ where: { status: 'queued' } })) === 0,
    )
    return person.messages()
  }
  const draftOf = async (text: string) => {
    const rows = await service.db.prisma.conversation.findMany({ select: { state: true } })
    return rows
      .map(
        ({ state }) =>
          state as { at?: string; draft?: { items: { text: string; files: string[] }[] } },
      )
      .find(({ draft }) => draft?.items.some((item) => item.text.includes(text)))
  }

  describe('words survive what they come with', () => {
    const file = { file_id: 'x', file_unique_id: 'x', file_size: 2_000_000 }
    it.each([
      [
        'a document',
        { document: { ...file, file_name: 'plan.pdf', mime_type: 'application/pdf' } },
      ],
      [
        'a video',
        { video: { ...file, width: 720, height: 1280, duration: 9, mime_type: 'video/mp4' } },
      ],
      ['an animation', { animation: file, document: { ...file, mime_type: 'video/mp4' } }],
      [
        'a forwarded video',
        {
          video: file,
          forward_origin: { type: 'hidden_user', sender_user_name: 'MARKED', date: 1 },
        },
      ],
      ['a paid medium', { paid_media: { star_count: 1, paid_media: [] } }],
    ])('of %s, which is named in one sentence', async (_, media) => {
      const person = await resident()
      const caption = `MARKED${nextPerson} 三村的水管爆了，水流到路上`
      await person.sends({ ...media, caption })
      await person.hears('这种文件我们收不了')
      await until('it is in the draft', () => draftOf(`MARKED${nextPerson}`))
    })
    it.each([
      ['a video note', { video_note: file }],
      ['a sticker', { sticker: { ...file, emoji: '👍' } }],
      ['a contact', { contact: { phone_number: '1', first_name: 'MARKED' } }],
    ])('%s alone is named, and the question is asked again', async (_, media) => {
      const person = await resident()
      await person.sends(media)
      await person.hears('这种文件我们收不了')
      await person.hears('发生了什么事')
    })
    it('danger in a caption is met with the numbers at once', async () => {
      const person = await resident()
      await person.sends({ video: file, caption: '邻居家着火了，快来人' })
      await person.hears('119')
    })
    it('an image that is sent as a file is a photo, and a sound a voice note', async () => {
      const person = await resident()
      const id = api.addFile(photo)
      await person.sends({
        document: { ...file, file_id: id, file_name: 'IMG_0001.jpg', mime_type: 'image/jpeg' },
        caption: `IMAGE${nextPerson} 闸门坏了`,
      })
      const draft = await until('it is in the draft', () => draftOf(`IMAGE${nextPerson}`))
      expect(draft.draft?.items.flatMap(({ files }) => files)).toHaveLength(1)
      const note = api.addFile(await makeVoiceNote('ogg', 'x'))
      await person.sends({
        audio: { ...file, file_id: note, duration: 9, mime_type: 'audio/ogg' },
        caption: `SOUND${nextPerson}`,
      })
      expect(
        (await until('it is too', () => draftOf(`SOUND${nextPerson}`))).draft?.items.flatMap(
          ({ files }) => files,
        ),
      ).toHaveLength(2)
    })
    it('a photo that is gone, damaged or too large keeps its words, and says which', async () => {
      const person = await resident()
      for (const [content, reason] of [
        [undefined, '已经不在'],
        [photo.subarray(0, 200), '文件坏了'],
        [Buffer.alloc(21 * 1024 * 1024), '文件太大'],
      ] as const) {
        const word = `LOST${nextPerson++}`
        await person.sends({
          photo: [
            {
              file_id: content === undefined ? 'gone' : api.addFile(content),
              file_unique_id: 'x',
              width: 9,
              height: 9,
            },
          ],
          caption: word,
        })
        await person.hears(reason)
        await until('the words stay', () => draftOf(word))
      }
    })
    it('a place from the map keeps its name and address', async () => {
      const person = await resident()
      const at = { latitude: 43.9, longitude: 81.3 }
      await person.sends({
        location: at,
        venue: { location: at, title: `VENUE${nextPerson} 三村卫生室`, address: '三村' },
      })
      const draft = await until('it is in the draft', () => draftOf(`VENUE${nextPerson}`))
      expect(draft.draft?.items[0]?.text).toMatch(/三村卫生室\n三村\n📍 43\.900, 81\.300/)
    })
    it('words behind a command count', async () => {
      const person = await resident()
      await person.says(`/new 村口的水管漏水，已经三天了 NEW${nextPerson}`)
      await until('it is in the draft', () => draftOf(`NEW${nextPerson}`))
    })
    it('notices of the app itself get silence', async () => {
      const person = await resident()
      const before = (await quiet(person)).length
      await person.sends({ pinned_message: { message_id: 1, date: 1, text: 'x' } })
      await person.sends({
        message_auto_delete_timer_changed: { message_auto_delete_time: 86_400 },
      })
      await person.sends({ chat_background_set: {} })
      await person.sends({ users_shared: { request_id: 1 } })
      await person.says('/help')
      await person.hears('/status')
      expect((await quiet(person)).length).toBeLessThanOrEqual(before + 2)
    })
  })

  describe('one thought has one answer', () => {
    const questions = (messages: readonly ShownMessage[]) =>
      messages.filter(({ text }) => text.includes('哪方面') || text.includes('最后看一遍'))
    it('an album is one message, with one answer and all its pictures', async () => {
      const person = await resident()
      const before = (await quiet(person)).length
      const album = { media_group_id: `g${nextPerson}` }
      await person.sends({
        ...album,
        photo: [{ file_id: api.addFile(photo), file_unique_id: '1', width: 9, height: 9 }],
        caption: `ALBUM${nextPerson} 这是闸门`,
      })
      for (let nth = 0; nth < 2; nth++)
        await person.sends({
          ...album,
          photo: [{ file_id: api.addFile(photo), file_unique_id: '2', width: 9, height: 9 }],
        })
      const draft = await until('it is in the draft', () => draftOf(`ALBUM${nextPerson}`))
      expect(draft.draft?.items).toEqual([
        {
          text: expect.stringContaining('这是闸门'),
          files: [expect.any(String), expect.any(String), expect.any(String)],
          source: expect.any(String),
        },
      ])
      expect((await quiet(person)).length).toBe(before + 1)
    })
    it('words that follow within seconds change the answer that stands there', async () => {
      const person = await resident()
      const word = `BURST${nextPerson}`
      await person.says(`${word} 树倒了`)
      await until('it is answered', async () => questions(await quiet(person)).length === 1)
      const before = person.messages().length
      await person.says('压在墙上')
      await person.says('没有伤到人')
      await until(
        'all is in the draft',
        async () => ((await draftOf(word))?.draft?.items.length ?? 0) === 3,
      )
      const messages = await quiet(person)
      expect([messages.length, questions(messages).length]).toEqual([before, 1])
      expect(questions(messages)[0]?.edits).toBeGreaterThan(0)
      expect(questions(messages)[0]?.text).toContain('已加到您的诉求里')
    })
    it('what can not be edited any more is followed by a new answer, and its buttons go', async () => {
      const person = await resident()
      await person.says('树倒了')
      await until('it is answered', async () => questions(await quiet(person)).length === 1)
      api.fail({
        method: 'editMessageText',
        times: 1,
        answer: { error_code: 400, description: "Bad Request: message can't be edited" },
      })
      await person.says('压在墙上')
      const asked = await until('it is answered anew', async () => {
        const found = questions(await quiet(person))
        return found.length === 2 ? found : undefined
      })
      await until('the old buttons are gone', () => asked[0]?.buttons.length === 0)
      expect(asked[1]?.buttons.length).toBeGreaterThan(0)
    })
    it('the emergency numbers are always a message of their own', async () => {
      const person = await resident()
      await person.says('树倒了')
      await until('it is answered', async () => questions(await quiet(person)).length === 1)
      await person.says('压着人了，有人受伤')
      expect((await person.hears('119')).edits).toBe(0)
    })
    it('used buttons are taken away, and one that is pressed later says what became of it', async () => {
      const person = await resident()
      await reported(person, '路上有个大坑 没人修')
      const looks = (await quiet(person)).filter(({ text }) => text.includes('最后看一遍'))
      await until('the buttons of the last look are gone', () =>
        looks.every(({ buttons }) => buttons.length === 0),
      )
      await api.deliver({
        callback_query: {
          id: String(api.nextUpdateId()),
          from: { id: person.id, is_bot: false, first_name: 'x' },
          chat_instance: '1',
          data: 'send',
          message: { message_id: looks[0]?.id, date: 1, chat: { id: person.id, type: 'private' } },
        },
      })
      await person.hears('已经发出去了')
    })
  })

  describe('edits count', () => {
    const edits = (
      person: TelegramPerson,
      message_id: number,
      content: string | object,
      edit_date = 2,
    ) =>
      api.deliver({
        edited_message: {
          message_id,
          date: 1,
          edit_date,
          chat: { id: person.id, type: 'private' },
          from: { id: person.id, is_bot: false, first_name: 'x' },
          ...(typeof content === 'string' ? { text: content } : content),
        },
      })
    const pictured = async (background: string, caption: string) => {
      const content = await sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .jpeg()
        .toBuffer()
      const id = api.addFile(content)
      return { caption, photo: [{ file_id: id, file_unique_id: id, width: 40, height: 30 }] }
    }
    const filesOf = async (code: string) =>
      (
        await service.db.prisma.ticketMessage.findMany({
          where: { ticket: { code } },
          orderBy: { id: 'asc' },
          select: { attachments: true },
        })
      ).map(({ attachments }) => attachments.length)
    it('a picture that takes the place of another is a change; the same one with new words is only the words', async () => {
      const person = await resident()
      const caption = `渠道堵了 ${nextPerson}`
      const first = await pictured('red', caption)
      const id = await person.sends(first)
      const before = (
        await until('it is in the draft', () => draftOf(caption))
      ).draft?.items.flatMap(({ files }) => files)
      await edits(person, id, { ...first, caption: `${caption} 上游` }, 2)
      await until('the words are new', () => draftOf(`${caption} 上游`))
      expect((await draftOf(caption))?.draft?.items.flatMap(({ files }) => files)).toEqual(before)
      await edits(person, id, await pictured('blue', `${caption} 上游`), 3)
      const after = await until('the picture is new', async () => {
        const files = (await draftOf(caption))?.draft?.items.flatMap((item) => item.files) ?? []
        return files.length === 1 && files[0] !== before?.[0] ? files : undefined
      })
      const code = await sent(person, 'irrigation')
      expect(await filesOf(code)).toEqual([after.length])
      const member = await accepted(code)
      // What the member has already follows as a correction; the same picture once more is nothing.
      const better = await pictured('green', `${caption} 上游`)
      await edits(person, id, better, 4)
      await edits(person, id, better, 5)
      await member.hears('更正了')
      await until(
        'the picture',
        () => member.messages().filter(({ kind }) => kind === 'photo').length === 1,
      )
      await handled()
      expect(await filesOf(code)).toEqual([1, 1])
      // And so for what a member shows.
      const repair = await pictured('white', '正在修')
      await member.presses(`tell:${code}`)
      const told = await member.sends(repair)
      await person.hears('正在修')
      await edits(member, told, { ...repair, caption: '正在修，明天通水' }, 6)
      await person.hears('明天通水')
      await edits(member, told, await pictured('black', '正在修，明天通水'), 7)
      await until(
        'both pictures',
        async () => (await quiet(person)).filter(({ kind }) => kind === 'photo').length === 2,
      )
    })
    it('new words for a voice note leave the voice as it is', async () => {
      const person = await resident()
      const voice = {
        file_id: api.addFile(await makeVoiceNote('ogg', 'x')),
        file_unique_id: `v${nextPerson}`,
        file_size: 9,
        duration: 3,
      }
      const id = await person.sends({ voice, caption: `闸门关不上 ${nextPerson}` })
      await until('it is in the draft', () => draftOf(`闸门关不上 ${nextPerson}`))
      await edits(person, id, { voice, caption: `闸门打不开 ${nextPerson}` })
      const draft = await until('the words are new', () => draftOf(`闸门打不开 ${nextPerson}`))
      expect(draft.draft?.items.flatMap(({ files }) => files)).toHaveLength(1)
    })
    it('a picture that can not be taken is named, and the new words count', async () => {
      const person = await resident()
      const id = await person.sends({ text: `水渠边的树倒了 ${nextPerson}` })
      await until('it is in the draft', () => draftOf(`${nextPerson}`))
      await edits(person, id, {
        caption: `树压住了水渠 ${nextPerson}`,
        photo: [{ file_id: 'gone', file_unique_id: 'gone', width: 9, height: 9 }],
      })
      await until('the words are new', () => draftOf(`树压住了水渠 ${nextPerson}`))
      await person.hears('取不到了')
    })
    it('of what is in the draft, of what a member has, and not where nothing changed', async () => {
      const person = await resident()
      const id = await person.sends({ text: '五队的桥坏了' })
      await until('it is in the draft', () => draftOf('五队的桥坏了'))
      await edits(person, id, '六队的桥坏了')
      await person.hears('已经改过来了')
      const code = await sent(person, 'road')
      expect(await wordsOf(code)).toEqual(['六队的桥坏了'])
      const member = await accepted(code)
      // Two edits within a second are two edits, one that comes twice is one, and one that changes
      // nothing is none.
      await edits(person, id, '七队的桥坏了', 9)
      await edits(person, id, '八队的桥坏了', 9)
      await edits(person, id, '八队的桥坏了', 9)
      await edits(person, id, '八队的桥坏了', 10)
      await member.hears('更正了')
      await handled()
      expect(await wordsOf(code)).toEqual(['六队的桥坏了', '七队的桥坏了', '八队的桥坏了'])
    })
  })

  describe('replies know what they answer', () => {
    it('an answer goes to the question that it replies to, and what follows it too', async () => {
      const person = await resident()
      const first = await reported(person, '路上有个大坑，车过不去')
      await person.says('/new')
      await person.says('桥上的栏杆断了，很危险')
      await person.presses('here')
      const second = await sent(person, 'road')
      for (const code of [first, second]) {
        const member = await accepted(code)
        await member.presses(`ask:${code}`)
        await member.hears('您想问什么')
        await member.says(`QUESTION ${code} 哪一头？`)
      }
      const asked = await person.hears(`QUESTION ${first}`)
      expect(second).not.toBe(first)
      await person.hears(`QUESTION ${second}`)
      await person.sends({
        text: '靠村子这一头',
        reply_to_message: { message_id: asked.id, date: 1 },
      })
      await person.sends({ text: '就在小卖部旁边' })
      await until('both are there', async () => (await wordsOf(first)).includes('就在小卖部旁边'))
      expect((await wordsOf(first)).slice(-2)).toEqual(['靠村子这一头', '就在小卖部旁边'])
      expect(await wordsOf(second)).not.toContain('靠村子这一头')
      expect((await quiet(person)).filter(({ text }) => text.includes('已转过去')).length).toBe(1)
    })
    it('a member who replies to a card says what the words are, and a picture goes with them', async () => {
      const person = await resident()
      const code = await reported(person, '闸门漏水，关不上', 'irrigation')
      const member = await accepted(code)
      const card = await until('the card', () =>
        member.messages().find(({ text }) => text.includes(code) && text.includes('时限')),
      )
      await member.sends({
        text: '明天上午带新闸门来',
        reply_to_message: { message_id: card.id, date: 1 },
      })
      await member.hears('这是给')
      await member.presses(`tell:${code}`)
      await person.hears('明天上午带新闸门来')
      expect(
        (await service.db.prisma.ticket.findUniqueOrThrow({ where: { code } })).questionAt,
      ).toBeNull()
      await member.sends({
        photo: [{ file_id: api.addFile(photo), file_unique_id: 'p', width: 9, height: 9 }],
        caption: '已换新闸门，见照片',
        reply_to_message: { message_id: card.id, date: 1 },
      })
      await until(
        'asked',
        () => member.messages().filter(({ text }) => text.includes('这是给')).length === 2,
      )
      await member.presses(`resolve:${code}`)
      await person.hears('已换新闸门，见照片')
      await until('the picture', () => person.messages().some(({ kind }) => kind === 'photo'))
    })
    it('a member’s picture is shown in the web chat too, to that resident alone', async () => {
      const web = webChatPerson(() => service.url)
      await web.says('/start v_YL010102')
      await web.presses('language:zh-Hans')
      await web.presses('notice:seen')
      await web.says('水渠塌了一段，浇不上地')
      await web.presses('category:irrigation')
      await web.presses('send')
      const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await web.hears('编号')).text) ?? []
      const member = await accepted(code)
      await member.presses(`resolve:${code}`)
      await member.hears('是怎么解决')
      await member.sendsPhoto(photo, '修好了，见照片')
      await web.hears('修好了，见照片')
      const shown = await until(
        'the picture',
        async () =>
          (await web.lines()).flatMap((line) =>
            line.by === 'service' ? ((line as { files?: { id: string }[] }).files ?? []) : [],
          )[0],
      )
      const look = (cookie: string) =>
        fetch(`${service.url}/channels/webchat/shown/${shown.id}`, { headers: { cookie } })
      const answered = await look(web.cookie())
      if (answered.status !== 200) throw new Error(await answered.text())
      expect([answered.headers.get('content-type'), (await look('')).status]).toEqual([
        'image/jpeg',
        404,
      ])
      const stranger = webChatPerson(() => service.url)
      await stranger.says('你好')
      expect((await look(stranger.cookie())).status).toBe(404)
    })
  })

  describe('the key of a message', () => {
    it('holds nothing of the chat or the message in clear', async () => {
      const person = telegramPerson(api, 987_654_321)
      const id = await person.sends({ text: '你好' })
      await person.hears('开始之前')
      const rows = JSON.stringify(
        await service.db.prisma.inbound.findMany({ select: { externalId: true, payload: true } }),
      )
      expect([rows.includes('987654321'), rows.includes(`4242:${id}`)]).toEqual([false, false])
      const sentIds = await service.db.prisma.outbound.findMany({
        where: {
          status: 'sent',
          externalHash: { not: null },
          conversation: { channel: 'telegram' },
        },
        select: { externalSealed: true, externalHash: true },
      })
      expect(sentIds.length).toBeGreaterThan(0)
      expect(
        sentIds.every(
          ({ externalSealed, externalHash }) =>
            (externalSealed?.length ?? 0) > 30 && externalHash?.length === 32,
        ),
      ).toBe(true)
    })
  })

  /** What one types and taps from the first word to the number. */
  it('a report takes no more messages and taps than it did: 1 + 3 from a poster, 2 + 3 with a typed village, 3 + 4 from /start', async () => {
    const count = async (steps: readonly (readonly ['says' | 'presses', string])[]) => {
      const person = telegramPerson(api, nextPerson++)
      for (const [how, what] of steps) await person[how](what)
      await until('the number', () =>
        person.messages().some(({ text }) => /JW-[0-9A-Z]{10}/.test(text) && text.includes('编号')),
      )
      const of = (kind: string) => steps.filter(([how]) => how === kind).length
      return `${of('says')} + ${of('presses')}`
    }
    const words = `自来水停了三天，村里没有水 ${nextPerson}`
    // The poster's link is no message that one types, and the language is that of the words.
    const poster = await count([
      ['says', '/start v_YL010102'],
      ['says', words],
      ['presses', 'notice:seen'],
      ['presses', 'send'],
    ])
    const typed = await count([
      ['says', `${words} 一`],
      ['presses', 'notice:seen'],
      ['says', '恰勒阔德'],
      ['presses', 'send'],
    ])
    const start = await count([
      ['says', '/start'],
      ['presses', 'language:zh-Hans'],
      ['says', `垃圾没人清运，臭得很 ${nextPerson}`],
      ['presses', 'notice:seen'],
      ['says', '恰勒阔德'],
      ['presses', 'send'],
    ])
    expect([poster, typed, start]).toEqual(['2 + 2', '2 + 2', '3 + 3'])
  })

  it('a group that becomes a supergroup is greeted once', async () => {
    const [group, supergroup] = [-500_100, -1_001_234_500_100]
    await api.deliver({
      my_chat_member: {
        chat: { id: group, type: 'group' },
        date: 1,
        new_chat_member: { status: 'member' },
      },
    })
    await until('the line is said', () => api.messages.some(({ chat }) => chat === group))
    await api.deliver({
      message: {
        message_id: 9,
        date: 1,
        chat: { id: group, type: 'group' },
        migrate_to_chat_id: supergroup,
      },
    })
    await api.deliver({
      message: {
        message_id: 10,
        date: 1,
        chat: { id: supergroup, type: 'supergroup' },
        migrate_from_chat_id: group,
      },
    })
    await api.deliver({
      message: {
        message_id: 11,
        date: 1,
        chat: { id: supergroup, type: 'supergroup' },
        text: 'hello',
      },
    })
    const other = telegramPerson(api, nextPerson++)
    await other.says('你好')
    await other.hears('开始之前')
    expect(api.messages.filter(({ chat }) => chat === group || chat === supergroup).length).toBe(1)
  })
})
