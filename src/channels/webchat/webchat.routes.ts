import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import cookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Arrival } from '../../mailbox/message.ts'
import { coarsen } from '../../organisation/location.ts'
import type { Turn } from '../../platform/fair-queue.ts'
import { type Kept, mostBytes } from '../../platform/files/attachments.ts'
import type { FileKind, StoredFile } from '../../platform/files/file-kind.ts'
import { readStyle } from '../../platform/http/style.ts'
import type { Share } from '../../platform/quotas/figures.ts'
import { leavingOf, limit, refuseOver } from '../../platform/quotas/hook.ts'
import {
  type Ask,
  megabytes,
  ofService,
  ofSpeech,
  type Quotas,
} from '../../platform/quotas/quotas.ts'
import type { RowNames } from '../../platform/sealing/row-names.ts'
import type { SoundForm } from '../../platform/speech/speaker.ts'
import { unreachable } from '../../platform/unreachable.ts'
import { chatPage, type PageWords } from './page.ts'
import { openStreams, type Options as StreamOptions } from './streams.routes.ts'
import type { Line } from './transcript.store.ts'

/**
 * What the web chat needs of the rest. A handle is the session's secret; it is stored encrypted, as
 * any other.
 */
export type Options = StreamOptions & {
  /** The first one signs. */
  readonly cookieSecrets: string[]
  readonly isSecure: boolean
  readonly words: readonly PageWords[]
  readonly keep: (arrival: Arrival) => Promise<void>
  /** How long a session lasts after its last use, in seconds: as long as a chat is kept. */
  readonly sessionSeconds: number
  readonly keepFile: (kind: FileKind, content: Buffer, turn: Turn) => Promise<Kept>
  /** A file that was shown in a chat, where it may still be looked at there. */
  readonly shownFile: (conversationId: string, id: string) => Promise<StoredFile | undefined>
  /** A message of a chat as it is said aloud; `undefined` where there is none, or not now. */
  readonly speech: (
    conversationId: string,
    row: bigint,
    form: SoundForm,
    signal: AbortSignal,
  ) => Promise<Buffer | undefined>
  readonly findConversation: (handle: string) => Promise<string | undefined>
  readonly myData: (
    conversationId: string,
  ) => Promise<
    | { readonly page: () => AsyncIterable<string>; readonly data: () => AsyncIterable<string> }
    | undefined
  >
  readonly transcript: (conversationId: string) => Promise<readonly Line[]>
  /** Makes the code by which a talk is taken up again elsewhere, and finds the session of one. */
  readonly makeReturnCode: (conversationId: string) => Promise<string>
  readonly redeemReturnCode: (code: string) => Promise<string | undefined>
  readonly rows: RowNames
  readonly quotas: Quotas
  /** Whose chat a session is; asked only while the service is busy. */
  readonly shareOf: (handle: string) => Promise<Share>
  /**
   * Whether files can be taken: not where the disk is nearly full, or too many wait to be decoded.
   */
  readonly hasRoom: () => Promise<boolean>
}

const cookieName = 'jawab_chat'
/** What the value of a cookie begins with that ends with the browser. */
const untilClosed = 'session:'
const tried = (address: string) =>
  ({ quota: 'addressSignInsAMinute', of: `return ${address}` }) as const
/** How long a file waits where there is no room for it, in milliseconds. */
const noRoomMs = 60_000

const Sent = z.discriminatedUnion('kind', [
  z.strictObject({ id: z.uuid(), kind: z.literal('said'), text: z.string().min(1).max(4096) }),
  /** `on` is the line whose button it was. */
  z.strictObject({
    id: z.uuid(),
    kind: z.literal('pressed'),
    data: z.string().min(1).max(100),
    on: z.string().max(60).optional(),
  }),
  z.strictObject({
    id: z.uuid(),
    kind: z.literal('located'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
  }),
])
function toMessage(sent: z.infer<typeof Sent>, rows: RowNames): Arrival['message'] {
  switch (sent.kind) {
    case 'said':
      return { kind: 'said', text: sent.text, files: [] }
    case 'pressed':
      return { kind: 'pressed', data: sent.data, ...onOf(rows.idOf(sent.on ?? '')) }
    case 'located':
      return { kind: 'located', ...coarsen(sent) }
    default:
      return unreachable(sent)
  }
}

const onOf = (row: bigint | undefined) => (row === undefined ? {} : { on: String(row) })

/** `album` names files that were chosen together. */
const FileQuery = z.strictObject({
  id: z.uuid(),
  kind: z.enum(['photo', 'voice']),
  album: z.uuid().optional(),
})
const EventsQuery = z.object({ after: z.string().max(60).default('') })

/**
 * `/chat` and `/channels/webchat/*`: a page, sending, and live replies. No account; the session
 * says nothing about who it is.
 */
export const webChat: FastifyPluginAsyncZod<Options> = async (app, options) => {
  app.get('/', { schema: { hide: true } as object }, async (_, reply) => reply.redirect('/chat'))
  await app.register(cookie, { secret: options.cookieSecrets })
  const script = await readFile(new URL('./chat.browser.js', import.meta.url), 'utf8')
  const style = await readStyle(new URL('./chat.css', import.meta.url))
  const version = createHash('sha256').update(script).update(style).digest('hex').slice(0, 12)
  const page = chatPage(options.words, version)
  // Words must not lie in a browser's cache. Scripts and styles hold none, and have their version
  // in their address.
  app.addHook('onSend', async (_, reply) => {
    if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-store')
  })
  const cachedFor = (asked: string) =>
    asked === version ? 'public, max-age=31536000, immutable' : 'no-store'
  const hidden = { schema: { hide: true } } as const

  const { quotas } = options
  const stream = openStreams(options)

  // A look at the page leaves no trace: the session begins when somebody writes.
  app.get(
    '/chat',
    {
      ...hidden,
      onRequest: limit(quotas, ({ address }) => [{ quota: 'addressPagesAMinute', of: address }]),
    },
    async (request, reply) => {
      if (handleOf(request) !== undefined) renewSession(request, reply)
      return reply.type('text/html; charset=utf-8').send(page)
    },
  )
  // Before the first message: were the session to begin with it, a lost answer would lose the
  // session that the message is in.
  app.post(
    '/channels/webchat/session',
    { ...hidden, bodyLimit: 1, onRequest: countSession },
    async (request, reply) => {
      renewSession(request, reply)
      return reply.code(204).send()
    },
  )
  for (const [name, type, content] of [
    ['chat.js', 'text/javascript', script],
    ['chat.css', 'text/css', style],
  ] as const)
    app.get(
      `/channels/webchat/${name}`,
      { schema: { hide: true, querystring: z.object({ v: z.string().max(60).default('') }) } },
      async (request, reply) =>
        reply
          .type(`${type}; charset=utf-8`)
          .header('cache-control', cachedFor(request.query.v))
          .send(content),
    )

  // After an erasure the page ends its session: the cookie goes, and over https what the browser
  // may have kept.
  app.post('/channels/webchat/session/end', { ...hidden, bodyLimit: 1 }, async (_, reply) => {
    // Never "cookies": that would end the sessions of the whole domain, the staff's among them.
    if (options.isSecure) reply.header('clear-site-data', '"cache", "storage"')
    return reply.clearCookie(cookieName, { path: '/' }).code(204).send()
  })

  // For a phone that others use too: the cookie ends with the browser, and a code leads back.
  app.post(
    '/channels/webchat/return-code',
    { ...hidden, bodyLimit: 1, onRequest: countMessage },
    async (request, reply) => {
      const conversation = await conversationOf(request)
      const handle = handleOf(request)
      if (conversation === undefined || handle === undefined) return reply.callNotFound()
      setSession(reply, handle, 'browser')
      return { code: await options.makeReturnCode(conversation) }
    },
  )

  app.post(
    '/channels/webchat/return',
    {
      schema: { hide: true, body: z.strictObject({ code: z.string().min(1).max(60) }) },
      bodyLimit: 1024,
      onRequest: limit(quotas, ({ address }) => [tried(address)]),
    },
    async (request, reply) => {
      const handle = await options.redeemReturnCode(request.body.code)
      if (handle === undefined) return reply.callNotFound()
      setSession(reply, handle, 'browser')
      return reply.code(204).send()
    },
  )

  app.get('/channels/webchat/transcript', hidden, async (request) => {
    const conversation = await conversationOf(request)
    // `isKnown` tells a page that shows a talk whether that talk is still there.
    return {
      lines: conversation === undefined ? [] : await options.transcript(conversation),
      isKnown: conversation !== undefined,
    }
  })

  for (const [kind, name, type] of [
    ['page', 'mydata.html', 'text/html; charset=utf-8'],
    ['data', 'mydata.json', 'application/json; charset=utf-8'],
  ] as const)
    app.get(`/channels/webchat/${name}`, hidden, async (request, reply) => {
      const conversation = await conversationOf(request)
      if (conversation !== undefined)
        refuseOver(
          reply,
          await quotas.take({ quota: 'chatCopiesAnHour', of: `${kind}:${conversation}` }),
        )
      const gathered = conversation === undefined ? undefined : await options.myData(conversation)
      if (gathered === undefined) return reply.callNotFound()
      // A file to keep, never a page of ours: it has its own style, and its pictures lie in it.
      return reply
        .type(type)
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Readable.from(gathered[kind](), { objectMode: false }))
    })

  app.post(
    '/channels/webchat/messages',
    {
      schema: { hide: true, body: Sent },
      bodyLimit: 64 * 1024,
      config: { takesIn: true },
      onRequest: countMessage,
    },
    async (request, reply) => {
      const { body } = request
      const handle = renewSession(request, reply)
      await options.keep({
        channel: 'webchat',
        handle,
        externalId: body.id,
        message: toMessage(body, options.rows),
      })
      return reply.code(202).send({ kept: true })
    },
  )

  app.addContentTypeParser(
    /^(?:image|audio|video)\/|^application\/octet-stream/,
    { parseAs: 'buffer', bodyLimit: mostBytes },
    (_, body, done) => done(null, body),
  )
  app.post(
    '/channels/webchat/files',
    {
      schema: { hide: true, querystring: FileQuery },
      bodyLimit: mostBytes,
      config: { takesIn: true },
      onRequest: [countFile, countMessage],
    },
    async (request, reply) => {
      if (Buffer.isBuffer(request.body)) await quotas.take(...bytesOf(request, request.body.length))
      const handle = renewSession(request, reply)
      const { id, kind, album } = request.query
      const file: Kept = Buffer.isBuffer(request.body)
        ? await options.keepFile(kind, request.body, { of: handle, signal: leavingOf(reply) })
        : { lost: 'damaged' }
      const context = album === undefined ? {} : { album }
      const message: Arrival['message'] =
        'id' in file
          ? { kind: 'said', text: '', files: [file.id], ...context }
          : { kind: 'said', text: '', files: [], ...context, lost: file.lost }
      await options.keep({ channel: 'webchat', handle, externalId: id, message })
      return reply.code(202).send({ kept: 'id' in file })
    },
  )

  app.get(
    '/channels/webchat/events',
    { schema: { hide: true, querystring: EventsQuery } },
    async (request, reply) => {
      const conversation = await conversationOf(request)
      // A page asks again only where it has nothing to lose by it: 204 ends its asking (HTML,
      // server-sent events).
      if (conversation === undefined) return reply.code(204).send()
      const places = [
        quotas.enter('addressStreams', request.address),
        quotas.enter('serviceStreams', 'service'),
      ]
      const giveBack = () => {
        for (const place of places) place?.()
      }
      if (places.includes(undefined)) {
        giveBack()
        refuseOver(reply, streamRetryMs)
      }
      const opened = reply.streamEvents(2_000)
      opened.onClosed(giveBack)
      stream(
        opened,
        conversation,
        options.rows.idOf(lastSeen(request.headers['last-event-id'], request.query.after)) ?? 0n,
      )
      return reply
    },
  )

  app.get(
    '/channels/webchat/shown/:id',
    { schema: { hide: true, params: z.object({ id: z.uuid() }) } },
    async (request, reply) => {
      const conversation = await conversationOf(request)
      const file =
        conversation === undefined
          ? undefined
          : await options.shownFile(conversation, request.params.id)
      if (file === undefined) return reply.callNotFound()
      return reply
        .type(file.contentType)
        .headers({
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'content-disposition': 'inline',
        })
        .send(file.content)
    },
  )

  app.get(
    '/channels/webchat/speech/:id',
    {
      schema: {
        hide: true,
        params: z.object({ id: z.string().max(60) }),
        querystring: z.object({ as: z.enum(['ogg', 'wav']).default('ogg') }),
      },
    },
    async (request, reply) => {
      const conversation = await conversationOf(request)
      const row = options.rows.idOf(request.params.id)
      if (conversation === undefined || row === undefined) return reply.callNotFound()
      refuseOver(reply, await quotas.take(...ofSpeech(conversation)))
      const { as } = request.query
      const sound = await options.speech(conversation, row, as, leavingOf(reply))
      if (sound === undefined) return reply.callNotFound()
      return reply.type(`audio/${as}`).header('cache-control', 'no-store').send(sound)
    },
  )

  /**
   * The session's secret, a new one where there is none; its cookie lasts from its last use on, or
   * as long as the browser runs.
   */
  function renewSession(request: FastifyRequest, reply: FastifyReply): string {
    const known = sessionOf(request)
    const handle = known?.handle ?? randomBytes(24).toString('base64url')
    setSession(reply, handle, known?.lasts ?? 'long')
    return handle
  }

  function setSession(reply: FastifyReply, handle: string, lasts: 'long' | 'browser'): void {
    reply.setCookie(cookieName, lasts === 'browser' ? `${untilClosed}${handle}` : handle, {
      signed: true,
      httpOnly: true,
      sameSite: 'lax',
      secure: options.isSecure,
      path: '/',
      ...(lasts === 'browser' ? {} : { maxAge: options.sessionSeconds }),
    })
  }

  function sessionOf(
    request: FastifyRequest,
  ): { readonly handle: string; readonly lasts: 'long' | 'browser' } | undefined {
    const signed = request.cookies[cookieName]
    const unsigned = signed === undefined ? undefined : app.unsignCookie(signed)
    if (unsigned?.valid !== true || unsigned.value === null) return undefined
    const isUntilClosed = unsigned.value.startsWith(untilClosed)
    return {
      handle: isUntilClosed ? unsigned.value.slice(untilClosed.length) : unsigned.value,
      lasts: isUntilClosed ? 'browser' : 'long',
    }
  }

  function handleOf(request: FastifyRequest): string | undefined {
    return sessionOf(request)?.handle
  }

  async function conversationOf(request: FastifyRequest): Promise<string | undefined> {
    const handle = handleOf(request)
    return handle === undefined ? undefined : options.findConversation(handle)
  }

  /** Counts a new session, for its address and for the service. */
  async function countSession(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (handleOf(request) !== undefined) return
    const asks = [
      { quota: 'addressSessionsAMinute', of: request.address } as const,
      { quota: 'serviceSessionsAMinute', of: 'service' } as const,
    ]
    refuseOver(reply, await quotas.take(...asks, ofService('newSession')))
  }

  /**
   * Counts a message before its body is read: for its chat, or for its address where it begins a
   * new session.
   */
  async function countMessage(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const handle = handleOf(request)
    if (handle === undefined) return countSession(request, reply)
    const own = [
      { quota: 'chatMessagesAMinute', of: handle } as const,
      { quota: 'chatMessagesADay', of: handle } as const,
    ]
    // Whose chat it is matters only where there is not enough for all.
    const share =
      (await quotas.look(ofService('newSession'))) === 0
        ? 'knownChat'
        : await options.shareOf(handle)
    refuseOver(reply, await quotas.take(...own, ofService(share)))
  }

  /**
   * Files wait before words do: where their own quota is used up, where the service is busy, and
   * where the disk is nearly full.
   */
  async function countFile(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const bytes = Number(request.headers['content-length'] ?? 0)
    refuseOver(
      reply,
      await quotas.look(
        ...bytesOf(request, Number.isFinite(bytes) ? bytes : 0),
        ofService('newSession'),
      ),
    )
    if (!(await options.hasRoom())) refuseOver(reply, noRoomMs)
  }

  function bytesOf(request: FastifyRequest, bytes: number): readonly Ask[] {
    const handle = handleOf(request)
    const amount = megabytes(bytes)
    return [
      ...(handle === undefined
        ? []
        : [{ quota: 'chatFileMegabytesADay', of: handle, amount } as const]),
      { quota: 'addressFileMegabytesADay', of: request.address, amount },
      { quota: 'serviceFileMegabytesADay', of: 'service', amount },
    ]
  }
}

/**
 * How long a page waits before it opens a stream again that there was no place for, in
 * milliseconds.
 */
const streamRetryMs = 30_000

function lastSeen(header: string | string[] | undefined, query: string): string {
  return typeof header === 'string' ? header : query
}
