import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { until } from '../until.ts'

/** A message as WhatsApp shows it. */
export type ShownInWhatsApp = {
  readonly id: string
  /** Whom it is for: a telephone number, or the number that a person has with the business alone. */
  readonly to: string
  readonly kind: 'text' | 'image' | 'audio' | 'document' | 'template'
  readonly text: string
  readonly buttons: readonly { readonly text: string; readonly data: string }[]
  readonly file?: Buffer
  readonly at: number
  /** Whether the caller had the answer that it was shown. */
  answer: 'given' | 'lost' | 'on its way'
}

/** What happens to a message that is sent: as the Bot API's stand-in has it, with WhatsApp's codes. */
export type Trouble =
  | { readonly status: number; readonly code: number }
  | 'hang up'
  | 'hang up when done'
  | { readonly silentMs: number }

type Failure = {
  readonly to: string
  readonly code: number
  readonly status?: number
  readonly times: number
}

/**
 * The Cloud API on loopback, exact to
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/reference for what the
 * service uses: messages with WhatsApp's own limits, media, the number, the menu's commands,
 * notifications with their signature, and errors on demand.
 */
export type GraphApi = {
  readonly root: string
  readonly phoneNumberId: string
  readonly environment: Readonly<Record<string, string>>
  readonly messages: ShownInWhatsApp[]
  /** The commands that the menu offers. */
  readonly commands: { readonly command_name: string; readonly command_description: string }[]
  /** Hands a notification over, signed; returns the answer's status. */
  readonly notify: (value: Readonly<Record<string, unknown>>) => Promise<number>
  /** The same for a whole body, as it stands. */
  readonly post: (body: string, signature?: string) => Promise<number>
  readonly addFile: (content: Buffer, contentType: string) => string
  /** The next messages to somebody are refused. */
  readonly fail: (failure: Failure) => void
  /** Asks before every message whether it meets with trouble. */
  readonly trouble: (decide: (to: string) => Trouble | undefined) => void
  readonly setWebhook: (address: string) => void
  readonly close: () => Promise<void>
}

const appSecret = 'app-secret-of-the-tests'
const verifyToken = 'verify-token-of-the-tests'
const token = 'access-token-of-the-tests'

/** Characters as WhatsApp counts them: at least one, at most so many. */
const upTo = (most: number) => z.string().min(1).max(most)
const Interactive = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('button'),
    body: z.strictObject({ text: upTo(1_024) }),
    action: z.strictObject({
      buttons: z
        .array(
          z.strictObject({
            type: z.literal('reply'),
            reply: z.strictObject({ id: upTo(256), title: upTo(20) }),
          }),
        )
        .min(1)
        .max(3)
        .refine((all) => new Set(all.map(({ reply }) => reply.title)).size === all.length),
    }),
  }),
  z.strictObject({
    type: z.literal('list'),
    body: z.strictObject({ text: upTo(4_096) }),
    action: z.strictObject({
      button: upTo(20),
      sections: z
        .array(
          z.strictObject({
            rows: z.array(
              z.strictObject({
                id: upTo(200),
                title: upTo(24),
                description: upTo(72).optional(),
              }),
            ),
          }),
        )
        .length(1)
        .refine(([section]) => {
          const ids = section?.rows.map(({ id }) => id) ?? []
          return ids.length >= 1 && ids.length <= 10 && new Set(ids).size === ids.length
        }),
    }),
  }),
])
const Media = z.strictObject({ id: z.string() })
const Common = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual').optional(),
  to: z
    .string()
    .regex(/^\+?\d{5,15}$/)
    .optional(),
  recipient: z
    .string()
    .regex(/^[A-Z]{2}\.[A-Za-z0-9.]{1,128}$/)
    .optional(),
}
const Message = z.discriminatedUnion('type', [
  z.strictObject({
    ...Common,
    type: z.literal('text'),
    text: z.strictObject({ body: upTo(4_096), preview_url: z.boolean().optional() }),
  }),
  z.strictObject({ ...Common, type: z.literal('interactive'), interactive: Interactive }),
  z.strictObject({
    ...Common,
    type: z.literal('image'),
    image: Media.extend({ caption: upTo(1_024).optional() }),
  }),
  z.strictObject({ ...Common, type: z.literal('audio'), audio: Media }),
  z.strictObject({
    ...Common,
    type: z.literal('document'),
    document: Media.extend({ filename: upTo(240), caption: upTo(1_024).optional() }),
  }),
  z.strictObject({
    ...Common,
    type: z.literal('template'),
    template: z.strictObject({ name: upTo(512), language: z.strictObject({ code: z.string() }) }),
  }),
])

/** Kinds of file that may be sent, with the most bytes. */
const sendable: readonly (readonly [RegExp, number])[] = [
  [/^image\/(jpeg|png)$/, 5_000_000],
  [/^audio\/(aac|amr|mpeg|mp4|ogg)/, 16_000_000],
  [/^(text\/plain|application\/pdf)/, 100_000_000],
]

/** The number of the business, by Meta's id of it. */
const phoneNumberId = '106540352242922'

/** A notification as Meta posts it. */
export const notificationOf = (value: Readonly<Record<string, unknown>>) => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: '102290129340398',
      changes: [
        {
          field: 'messages',
          value: {
            messaging_product: 'whatsapp',
            metadata: { display_phone_number: '77010000000', phone_number_id: phoneNumberId },
            ...value,
          },
        },
      ],
    },
  ],
})

export async function startGraphApi(): Promise<GraphApi> {
  const messages: ShownInWhatsApp[] = []
  const commands: GraphApi['commands'] = []
  const files = new Map<string, { readonly content: Buffer; readonly type: string }>()
  const failures: { to: string; code: number; status: number; left: number }[] = []
  const state = { webhook: '', decide: (_to: string): Trouble | undefined => undefined }
  const idOf = (kind: string) => `${kind}.${randomBytes(9).toString('base64url')}`
  const addFile = (content: Buffer, type: string) => {
    const id = String(randomBytes(6).readUIntBE(0, 6))
    files.set(id, { content, type })
    return id
  }

  const send = async (body: unknown, response: ServerResponse) => {
    const parsed = Message.safeParse(body)
    if (!parsed.success) return refuse(response, 400, 131009)
    const message = parsed.data
    const to = message.to ?? message.recipient
    if (to === undefined) return refuse(response, 400, 131009)
    const failure = failures.find((each) => each.to === to && each.left > 0)
    if (failure !== undefined && message.type !== 'template') {
      failure.left -= 1
      return refuse(response, failure.status, failure.code)
    }
    const trouble = message.type === 'template' ? undefined : state.decide(to)
    if (trouble === 'hang up') return void response.destroy()
    if (typeof trouble === 'object' && 'code' in trouble)
      return refuse(response, trouble.status, trouble.code)
    if (typeof trouble === 'object')
      await new Promise((resume) => setTimeout(resume, trouble.silentMs))
    const file = 'id' in mediaOf(message) ? files.get(mediaOf(message).id ?? '') : undefined
    if (['image', 'audio', 'document'].includes(message.type) && file === undefined)
      return refuse(response, 400, 131053)
    const id = idOf('wamid')
    const shown: ShownInWhatsApp = {
      id,
      to,
      at: performance.timeOrigin + performance.now(),
      answer: 'on its way',
      kind: message.type === 'interactive' ? 'text' : message.type,
      ...shownOf(message),
      ...(file === undefined ? {} : { file: file.content }),
    }
    messages.push(shown)
    response.once('close', () => {
      shown.answer = response.writableFinished ? 'given' : 'lost'
    })
    if (trouble === 'hang up when done') return void response.destroy()
    return answer(response, 200, {
      messaging_product: 'whatsapp',
      contacts: [{ input: to }],
      messages: [{ id }],
    })
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '', 'http://graph')
    const body = await bytesOf(request)
    if (request.headers.authorization !== `Bearer ${token}`) return refuse(response, 401, 190)
    const [, version, first = '', second] = pathname.split('/')
    if (version === 'file') {
      const found = files.get(first)
      response.setHeader('content-type', found?.type ?? 'text/plain')
      return found === undefined ? refuse(response, 404, 100) : response.end(found.content)
    }
    if (request.method === 'GET' && first === phoneNumberId)
      return answer(response, 200, { display_phone_number: '+7 701 000 00 00', id: first })
    if (request.method === 'GET') {
      const found = files.get(first)
      if (found === undefined) return refuse(response, 400, 100)
      return answer(response, 200, {
        url: `${rootOf(server)}/file/${first}`,
        mime_type: found.type,
        file_size: String(found.content.length),
        id: first,
        messaging_product: 'whatsapp',
      })
    }
    if (first !== phoneNumberId) return refuse(response, 400, 100)
    if (second === 'messages') return send(JSON.parse(body.toString()), response)
    if (second === 'media') return take(request, body, response)
    if (second === 'conversational_automation') {
      const asked = z
        .object({
          commands: z
            .array(z.object({ command_name: upTo(32), command_description: upTo(256) }))
            .max(30),
        })
        .safeParse(JSON.parse(body.toString()))
      if (!asked.success) return refuse(response, 400, 100)
      commands.splice(0, commands.length, ...asked.data.commands)
      return answer(response, 200, { success: true })
    }
    return refuse(response, 404, 100)
  }
  const take = async (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData()
    const [file, type] = [form.get('file'), form.get('type')]
    if (form.get('messaging_product') !== 'whatsapp' || !(file instanceof Blob))
      return refuse(response, 400, 100)
    const most = sendable.find(([kind]) => kind.test(String(type)))?.[1] ?? 0
    if (file.size > most || file.type !== type) return refuse(response, 400, 131053)
    return answer(response, 200, {
      id: addFile(Buffer.from(await file.arrayBuffer()), String(type)),
    })
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  const root = `${rootOf(server)}/v24.0`

  const post = async (body: string, signature = signatureOf(body)) =>
    (
      await fetch(state.webhook, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
        body,
      })
    ).status
  return {
    root,
    phoneNumberId,
    environment: {
      WHATSAPP_PHONE_NUMBER_ID: phoneNumberId,
      WHATSAPP_ACCESS_TOKEN: token,
      WHATSAPP_APP_SECRET: appSecret,
      WHATSAPP_VERIFY_TOKEN: verifyToken,
      WHATSAPP_API_ROOT: root,
      WHATSAPP_TEMPLATE: 'there_is_news:kk',
    },
    messages,
    commands,
    addFile,
    post,
    notify: (value) => post(JSON.stringify(notificationOf(value))),
    fail: ({ to, code, status = 400, times }) =>
      void failures.push({ to, code, status, left: times }),
    trouble: (decide) => {
      state.decide = decide
    },
    setWebhook: (address) => {
      state.webhook = address
    },
    close: () =>
      new Promise((resume) => {
        server.closeAllConnections()
        server.close(() => resume())
      }),
  }
}

/** What a signature over these bytes is. */
export function signatureOf(body: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
}

type Sent = z.infer<typeof Message>

function mediaOf(message: Sent): { readonly id?: string } {
  if (message.type === 'image') return message.image
  if (message.type === 'audio') return message.audio
  return message.type === 'document' ? message.document : {}
}

function shownOf(message: Sent): Pick<ShownInWhatsApp, 'text' | 'buttons'> {
  switch (message.type) {
    case 'text':
      return { text: message.text.body, buttons: [] }
    case 'image':
      return { text: message.image.caption ?? '', buttons: [] }
    case 'document':
      return { text: message.document.filename, buttons: [] }
    case 'template':
      return { text: message.template.name, buttons: [] }
    case 'audio':
      return { text: '', buttons: [] }
    case 'interactive': {
      const { interactive } = message
      const buttons =
        interactive.type === 'button'
          ? interactive.action.buttons.map(({ reply }) => ({ text: reply.title, data: reply.id }))
          : interactive.action.sections.flatMap(({ rows }) =>
              rows.map(({ id, title, description = '' }) => ({
                text: `${title} ${description}`.trim(),
                data: id,
              })),
            )
      return { text: interactive.body.text, buttons }
    }
  }
}

const rootOf = (server: { address: () => unknown }) =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function refuse(response: ServerResponse, status: number, code: number): void {
  answer(response, status, {
    error: { message: `(#${code}) refused`, type: 'OAuthException', code, fbtrace_id: 'A' },
  })
}

/** Somebody in WhatsApp: says, presses, and sees what the chat shows. */
export type WhatsAppPerson = {
  readonly handle: string
  readonly says: (text: string) => Promise<number>
  readonly sends: (message: Readonly<Record<string, unknown>>) => Promise<number>
  readonly presses: (data: string) => Promise<number>
  /** Chooses a subject once it is asked for, or at the last look. */
  readonly choosesCategory: (category: string) => Promise<number>
  readonly hears: (what: string) => Promise<ShownInWhatsApp>
  readonly messages: () => readonly ShownInWhatsApp[]
}

/**
 * @param withPhone whether WhatsApp still shows their telephone number; who has a user name is shown
 * by their number with the business alone.
 */
export function whatsAppPerson(api: GraphApi, nth: number, withPhone = false): WhatsAppPerson {
  const userId = `KZ.${9_000_000_000 + nth}`
  const phone = String(77_020_000_000 + nth)
  const seen = { count: 0 }
  const mine = () => api.messages.filter(({ to }) => to === userId || to === phone)
  const sends = (message: Readonly<Record<string, unknown>>) =>
    api.notify({
      contacts: [
        {
          profile: { name: 'Marked-First Marked-Last', username: 'marked_username' },
          user_id: userId,
          ...(withPhone ? { wa_id: phone } : {}),
        },
      ],
      messages: [
        {
          ...(withPhone ? { from: phone } : {}),
          from_user_id: userId,
          id: `wamid.${nth}.${randomBytes(2).toString('hex')}.${randomBytes(6).toString('hex')}`,
          timestamp: String(Math.floor(Date.now() / 1_000)),
          ...message,
        },
      ],
    })
  return {
    handle: userId,
    sends,
    says: (text) => sends({ type: 'text', text: { body: text } }),
    presses: async (data) => {
      const found = await until(`a button ${data} for ${nth}`, () =>
        mine()
          .flatMap(({ id, buttons }) => buttons.map((each) => ({ id, ...each })))
          .findLast((each) => each.data === data),
      )
      return sends({
        type: 'interactive',
        interactive: { type: 'button_reply', button_reply: { id: data, title: found.text } },
        context: { from: '77010000000', id: found.id },
      })
    },
    choosesCategory: async (category) => {
      const asked = await until(`a question that takes a subject of ${nth}`, () =>
        mine().findLast(({ buttons }) =>
          buttons.some(({ data }) => data === 'allCategories' || data === 'send'),
        ),
      )
      return sends({
        type: 'interactive',
        interactive: { type: 'list_reply', list_reply: { id: `category:${category}`, title: '-' } },
        context: { from: '77010000000', id: asked.id },
      })
    },
    hears: async (what) => {
      const index = await until(`${nth} hears ${what}`, () => {
        const at = mine().findIndex(({ text }, each) => each >= seen.count && text.includes(what))
        return at === -1 ? undefined : at
      }).catch((error: Error) => {
        const chat = mine().map(
          ({ text, buttons }) => `- ${text} [${buttons.map(({ data }) => data).join(' ')}]`,
        )
        throw new Error(`${error.message}\nThe chat:\n${chat.join('\n')}`)
      })
      seen.count = index + 1
      return mine()[index] as ShownInWhatsApp
    },
    messages: mine,
  }
}
