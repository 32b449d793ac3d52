import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import cookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { coarsen } from '../../domain/location.ts'
import { unreachable } from '../../domain/unreachable.ts'
import { type FileKind, type Kept, mostBytes, type StoredFile } from '../../store/attachments.ts'
import type { Arrival } from '../../store/inbound.ts'
import type { Line } from '../../store/read-models/transcript.ts'
import { chatPage, type PageWords } from './page.ts'

/** What the web chat needs of the rest. A handle is the session's secret; it is stored encrypted, as any other. */
export type Options = {
  /** The first one signs. */
  readonly cookieSecrets: string[]
  readonly isSecure: boolean
  readonly words: readonly PageWords[]
  readonly keep: (arrival: Arrival) => Promise<void>
  /** How long a session lasts after its last use, in seconds: as long as a chat is kept. */
  readonly sessionSeconds: number
  readonly keepFile: (kind: FileKind, content: Buffer) => Promise<Kept>
  /** A file that was shown in a chat, where it may still be looked at there. */
  readonly shownFile: (conversationId: string, id: string) => Promise<StoredFile | undefined>
  readonly findConversation: (handle: string) => Promise<string | undefined>
  readonly myData: (conversationId: string) => Promise<{ readonly page: string; readonly data: string } | undefined>
  readonly transcript: (conversationId: string) => Promise<readonly Line[]>
  readonly shownAfter: (conversationId: string, after: bigint) => Promise<readonly (Line & { by: 'service' })[]>
  readonly listen: (conversationId: string, hear: () => void) => () => void
  /** Whether a conversation is still there: it may have been erased while its page was open. */
  readonly isThere: (conversationId: string) => Promise<boolean>
}

const cookieName = 'jawab_chat'
const heartbeatMs = 20_000
/** Messages a minute from one chat; from one address without a session, and sessions begun: a village may share an address. */
const limits = { perChat: 300, filesPerChat: 30, perAddress: 600 } as const

const Sent = z.discriminatedUnion('kind', [
  z.strictObject({ id: z.uuid(), kind: z.literal('said'), text: z.string().min(1).max(4096) }),
  /** `on` is the line whose button it was. */
  z.strictObject({
    id: z.uuid(),
    kind: z.literal('pressed'),
    data: z.string().min(1).max(100),
    on: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional(),
  }),
  z.strictObject({ id: z.uuid(), kind: z.literal('located'), latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }),
])
function toMessage(sent: z.infer<typeof Sent>): Arrival['message'] {
  switch (sent.kind) {
    case 'said':
      return { kind: 'said', text: sent.text, files: [] }
    case 'pressed':
      return { kind: 'pressed', data: sent.data, ...(sent.on === undefined ? {} : { on: sent.on }) }
    case 'located':
      return { kind: 'located', ...coarsen(sent) }
    default:
      return unreachable(sent)
  }
}

/** `album` names files that were chosen together. */
const FileQuery = z.strictObject({ id: z.uuid(), kind: z.enum(['photo', 'voice']), album: z.uuid().optional() })
const EventsQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,18}$/)
    .default('0'),
})

/** `/chat` and `/channels/webchat/*`: a page, sending, and live replies. No account; the session says nothing about who it is. */
export const webChat: FastifyPluginAsyncZod<Options> = async (app, options) => {
  await app.register(cookie, { secret: options.cookieSecrets })
  const asset = async (name: string) => readFile(new URL(name, import.meta.url), 'utf8')
  const [script, style] = await Promise.all([asset('./chat.browser.js'), asset('./chat.css')])
  const page = chatPage(options.words)
  const hidden = { schema: { hide: true } } as const

  /** A flood from one chat delays that chat alone; the page tries again by itself, so nothing is lost. Counted by hashes. */
  const rateLimit = {
    hook: 'preHandler' as const,
    timeWindow: '1 minute',
    max: (request: FastifyRequest) => (handleOf(request) === undefined ? limits.perAddress : limits.perChat),
    keyGenerator: (request: FastifyRequest) => hashOf(handleOf(request) ?? request.ip),
  }

  app.get(
    '/chat',
    { ...hidden, config: { rateLimit: { ...rateLimit, max: limits.perAddress, keyGenerator: ({ ip }: FastifyRequest) => hashOf(ip) } } },
    async (request, reply) => {
      renewSession(request, reply)
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page)
    },
  )
  app.get('/channels/webchat/chat.js', hidden, async (_, reply) =>
    reply.type('text/javascript; charset=utf-8').header('cache-control', 'public, max-age=3600').send(script),
  )
  app.get('/channels/webchat/chat.css', hidden, async (_, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'public, max-age=3600').send(style),
  )

  app.get('/channels/webchat/transcript', hidden, async (request) => {
    const conversation = await conversationOf(request)
    // `isKnown` tells a page that shows a talk whether that talk is still there.
    return { lines: conversation === undefined ? [] : await options.transcript(conversation), isKnown: conversation !== undefined }
  })

  for (const [kind, name, type] of [
    ['page', 'mydata.html', 'text/html; charset=utf-8'],
    ['data', 'mydata.json', 'application/json; charset=utf-8'],
  ] as const)
    app.get(`/channels/webchat/${name}`, hidden, async (request, reply) => {
      const conversation = await conversationOf(request)
      const gathered = conversation === undefined ? undefined : await options.myData(conversation)
      if (gathered === undefined) return reply.callNotFound()
      // A file to keep, never a page of ours: it has its own style, and its pictures lie in it.
      return reply.type(type).header('cache-control', 'no-store').header('content-disposition', `attachment; filename="${name}"`).send(gathered[kind])
    })

  app.post(
    '/channels/webchat/messages',
    { schema: { hide: true, body: Sent }, bodyLimit: 64 * 1024, config: { rateLimit, takesIn: true } },
    async (request, reply) => {
      const { body } = request
      const handle = renewSession(request, reply)
      await options.keep({ channel: 'webchat', handle, externalId: body.id, message: toMessage(body) })
      return reply.code(202).send({ kept: true })
    },
  )

  app.addContentTypeParser(/^(?:image|audio|video)\/|^application\/octet-stream/, { parseAs: 'buffer', bodyLimit: mostBytes }, (_, body, done) =>
    done(null, body),
  )
  app.post(
    '/channels/webchat/files',
    { schema: { hide: true, querystring: FileQuery }, bodyLimit: mostBytes, config: { rateLimit: { ...rateLimit, max: limits.filesPerChat }, takesIn: true } },
    async (request, reply) => {
      const handle = renewSession(request, reply)
      const { id, kind, album } = request.query
      const file: Kept = Buffer.isBuffer(request.body) ? await options.keepFile(kind, request.body) : { lost: 'damaged' }
      const context = album === undefined ? {} : { album }
      const message: Arrival['message'] =
        'id' in file ? { kind: 'said', text: '', files: [file.id], ...context } : { kind: 'said', text: '', files: [], ...context, lost: file.lost }
      await options.keep({ channel: 'webchat', handle, externalId: id, message })
      return reply.code(202).send({ kept: 'id' in file })
    },
  )

  app.get('/channels/webchat/events', { schema: { hide: true, querystring: EventsQuery }, config: { rateLimit: false } }, async (request, reply) => {
    const conversation = await conversationOf(request)
    // A page asks again only where it has nothing to lose by it: 204 ends its asking (HTML, server-sent events).
    if (conversation === undefined) return reply.code(204).send()
    streamEvents(reply.streamEvents(2_000), conversation, lastSeen(request.headers['last-event-id'], request.query.after))
    return reply
  })

  app.get('/channels/webchat/shown/:id', { schema: { hide: true, params: z.object({ id: z.uuid() }) } }, async (request, reply) => {
    const conversation = await conversationOf(request)
    const file = conversation === undefined ? undefined : await options.shownFile(conversation, request.params.id)
    if (file === undefined) return reply.callNotFound()
    return reply
      .type(file.contentType)
      .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-disposition': 'inline' })
      .send(file.content)
  })

  /** The session's secret, a new one where there is none; its cookie lasts from its last use on. */
  function renewSession(request: FastifyRequest, reply: FastifyReply): string {
    const handle = handleOf(request) ?? randomBytes(24).toString('base64url')
    reply.setCookie(cookieName, handle, {
      signed: true,
      httpOnly: true,
      sameSite: 'lax',
      secure: options.isSecure,
      path: '/',
      maxAge: options.sessionSeconds,
    })
    return handle
  }

  function handleOf(request: FastifyRequest): string | undefined {
    const signed = request.cookies[cookieName]
    const unsigned = signed === undefined ? undefined : app.unsignCookie(signed)
    return unsigned?.valid === true && unsigned.value !== null ? unsigned.value : undefined
  }

  async function conversationOf(request: FastifyRequest): Promise<string | undefined> {
    const handle = handleOf(request)
    return handle === undefined ? undefined : options.findConversation(handle)
  }

  /** Sends what was missed and then what comes, each once and in order. */
  function streamEvents(stream: ReturnType<FastifyReply['streamEvents']>, conversation: string, from: bigint): void {
    const progress = { after: from, reading: Promise.resolve() }
    const send = async () => {
      const lines = await options.shownAfter(conversation, progress.after)
      // The page asks again, and learns that the talk is no more.
      if (lines.length === 0 && !(await options.isThere(conversation))) return stream.end()
      for (const line of lines) {
        progress.after = BigInt(line.id)
        stream.write(`id: ${line.id}\ndata: ${JSON.stringify(line)}\n\n`)
      }
    }
    const hear = () => {
      progress.reading = progress.reading.then(send).catch(stream.end)
    }
    const leave = options.listen(conversation, hear)
    // A comment keeps the line open, and looks for what a lost word did not tell.
    const heartbeat = setInterval(() => {
      stream.write(':\n\n')
      hear()
    }, heartbeatMs)
    stream.onClosed(() => {
      clearInterval(heartbeat)
      leave()
    })
    hear()
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function lastSeen(header: string | string[] | undefined, query: string): bigint {
  return BigInt(typeof header === 'string' && /^\d{1,18}$/.test(header) ? header : query)
}
