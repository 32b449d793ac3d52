import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from '../until.ts'

/** A message as the chat app shows it. */
export type ShownMessage = {
  readonly id: number
  readonly chat: number
  text: string
  buttons: readonly { readonly text: string; readonly data: string }[]
  readonly kind: 'text' | 'photo' | 'voice' | 'document'
  readonly at: number
  edits: number
  /** How it read before an edit whose answer was lost. */
  readonly earlier: string[]
  /** The bytes of the file that it shows. */
  readonly file?: Buffer
  /** Whether the caller had the answer that it was shown. */
  answer: 'given' | 'lost' | 'on its way'
}

type Failure = {
  readonly method: string
  readonly times: number
  readonly answer: Exclude<Trouble, 'hang up when done' | { readonly silentMs: number }>
}

/**
 * What happens to a call: it is refused, the line breaks before or after it is done, or nothing is
 * said for a while.
 */
export type Trouble =
  | {
      readonly error_code: number
      readonly description: string
      readonly parameters?: { readonly retry_after: number }
    }
  | 'hang up'
  | 'hang up when done'
  | { readonly silentMs: number }

/**
 * A Bot API server on loopback, exact to https://core.telegram.org/bots/api for what the service
 * uses: long polling, webhooks, messages, edits, files, and errors on demand.
 */
export type BotApi = {
  readonly root: string
  readonly token: string
  readonly messages: ShownMessage[]
  readonly calls: {
    readonly method: string
    readonly parameters: Record<string, unknown>
    readonly at: number
  }[]
  /** Telegram's side hands over an update; by webhook when one is set, else to anyone who polls. */
  readonly deliver: (update: Record<string, unknown>) => Promise<number | undefined>
  readonly addFile: (content: Buffer) => string
  readonly fail: (failure: Failure) => void
  /** Asks before every call whether it meets with trouble. */
  readonly trouble: (decide: (method: string, chat: number) => Trouble | undefined) => void
  readonly nextUpdateId: () => number
  /** Is told of everything that is shown in a chat, also by an edit, with its buttons. */
  readonly watch: (listener: Listener) => void
  readonly close: () => Promise<void>
}

type Listener = (chat: number, buttons: ShownMessage['buttons']) => void

export async function startBotApi(token = '4242:test-token'): Promise<BotApi> {
  const messages: ShownMessage[] = []
  const calls: { method: string; parameters: Record<string, unknown>; at: number }[] = []
  const updates: Record<string, unknown>[] = []
  const files = new Map<string, Buffer>()
  const failures: (Failure & { left: number })[] = []
  const state = {
    updateId: 1000,
    messageId: 1,
    webhook: undefined as { url: string; secret: string } | undefined,
    wake: new Set<() => void>(),
    listeners: [] as Listener[],
    decide: (_method: string, _chat: number): Trouble | undefined => undefined,
  }

  const methods: Record<
    string,
    (
      parameters: Record<string, unknown>,
      request: IncomingMessage,
      response: ServerResponse,
    ) => unknown
  > = {
    getMe: () => ({ id: 4242, is_bot: true, first_name: 'Jawab', username: 'jawab_test_bot' }),
    deleteWebhook: () => {
      state.webhook = undefined
      return true
    },
    getWebhookInfo: () => ({
      url: state.webhook?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: 0,
    }),
    setWebhook: ({ url, secret_token }) => {
      state.webhook = { url: String(url), secret: String(secret_token) }
      return true
    },
    getUpdates: async ({ offset = 0, timeout = 0 }, request) => {
      while (updates[0] !== undefined && Number(updates[0]['update_id']) < Number(offset))
        updates.shift()
      if (updates.length === 0)
        await new Promise<void>((resume) => {
          const timer = setTimeout(resume, Number(timeout) * 1000)
          const wake = () => {
            clearTimeout(timer)
            resume()
          }
          state.wake.add(wake)
          request.once('close', wake)
        })
      return updates.filter((update) => Number(update['update_id']) >= Number(offset)).slice(0, 100)
    },
    sendMessage: (parameters, _, response) =>
      show('text', parameters, String(parameters['text']), response),
    sendPhoto: (parameters, _, response) =>
      show('photo', parameters, String(parameters['caption'] ?? ''), response),
    sendVoice: (parameters, _, response) =>
      show('voice', parameters, String(parameters['caption'] ?? ''), response),
    sendDocument: (parameters, _, response) =>
      show('document', parameters, String(parameters['fileText']), response),
    editMessageText: ({ chat_id, message_id, text, reply_markup }, _, response) => {
      const message = messages.find(
        ({ id, chat }) => id === Number(message_id) && chat === Number(chat_id),
      )
      if (message === undefined) return refuse(400, 'Bad Request: message to edit not found')
      const buttons = buttonsOf(reply_markup)
      if (message.text === text && JSON.stringify(message.buttons) === JSON.stringify(buttons))
        return refuse(
          400,
          'Bad Request: message is not modified: specified new message content and reply markup are exactly the same',
        )
      const before = message.text
      response.once('close', () => {
        if (!response.writableFinished) message.earlier.push(before)
      })
      Object.assign(message, { text, buttons, edits: message.edits + 1 })
      for (const tell of state.listeners) tell(message.chat, buttons)
      return { message_id: message.id, date: 0, chat: { id: message.chat, type: 'private' } }
    },
    deleteMessage: ({ chat_id, message_id }) => {
      const index = messages.findIndex(
        ({ id, chat }) => id === Number(message_id) && chat === Number(chat_id),
      )
      if (index === -1) return refuse(400, 'Bad Request: message to delete not found')
      messages.splice(index, 1)
      return true
    },
    editMessageReplyMarkup: ({ chat_id, message_id, reply_markup }) => {
      const message = messages.find(
        ({ id, chat }) => id === Number(message_id) && chat === Number(chat_id),
      )
      if (message === undefined) return refuse(400, 'Bad Request: message to edit not found')
      const buttons = buttonsOf(reply_markup)
      if (JSON.stringify(message.buttons) === JSON.stringify(buttons))
        return refuse(400, 'Bad Request: message is not modified')
      message.buttons = buttons
      return { message_id: message.id, date: 0, chat: { id: message.chat, type: 'private' } }
    },
    answerCallbackQuery: () => true,
    setMyCommands: () => true,
    setMyDescription: () => true,
    setMyShortDescription: () => true,
    getFile: ({ file_id }) =>
      files.has(String(file_id))
        ? {
            file_id,
            file_unique_id: file_id,
            file_size: files.get(String(file_id))?.length,
            file_path: `files/${String(file_id)}`,
          }
        : refuse(400, 'Bad Request: invalid file_id'),
  }

  function show(
    kind: ShownMessage['kind'],
    { chat_id, reply_markup, file }: Record<string, unknown>,
    text: string,
    response: ServerResponse,
  ): unknown {
    const id = state.messageId++
    const message: ShownMessage = {
      id,
      chat: Number(chat_id),
      text,
      buttons: buttonsOf(reply_markup),
      kind,
      at: performance.timeOrigin + performance.now(),
      edits: 0,
      earlier: [],
      ...(Buffer.isBuffer(file) ? { file } : {}),
      answer: 'on its way',
    }
    messages.push(message)
    for (const tell of state.listeners) tell(message.chat, message.buttons)
    response.once('close', () => {
      message.answer = response.writableFinished ? 'given' : 'lost'
    })
    return {
      message_id: id,
      date: Math.floor(Date.now() / 1000),
      chat: { id: Number(chat_id), type: 'private' },
      text,
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const refusal = error as { error_code?: number }
      respond(response, refusal.error_code ?? 500, { ok: false, ...(error as object) })
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '', 'http://localhost').pathname
    if (path.startsWith(`/file/bot${token}/files/`)) {
      const content = files.get(path.split('/').at(-1) ?? '')
      response.writeHead(content === undefined ? 404 : 200).end(content)
      return
    }
    if (!path.startsWith(`/bot${token}/`))
      return respond(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' })
    const method = path.split('/').at(-1) ?? ''
    const parameters = await read(request)
    calls.push({ method, parameters, at: Date.now() })
    const failure = failures.find((each) => each.method === method && each.left > 0)
    if (failure !== undefined) {
      failure.left--
      if (failure.answer === 'hang up') return void request.socket.destroy()
      return respond(response, failure.answer.error_code, { ok: false, ...failure.answer })
    }
    const trouble = state.decide(method, Number(parameters['chat_id']))
    if (trouble === 'hang up') return void request.socket.destroy()
    if (typeof trouble === 'object' && 'error_code' in trouble)
      return respond(response, trouble.error_code, { ok: false, ...trouble })
    if (typeof trouble === 'object')
      await new Promise((resume) => setTimeout(resume, trouble.silentMs))
    const work = methods[method]
    if (work === undefined)
      return respond(response, 404, {
        ok: false,
        error_code: 404,
        description: 'Not Found: method not found',
      })
    const result = await work(parameters, request, response)
    if (trouble === 'hang up when done') return void request.socket.destroy()
    respond(response, 200, { ok: true, result })
  }

  server.listen(0, '127.0.0.1')
  await until('the Bot API listens', () => server.listening)
  const { port } = server.address() as AddressInfo
  return {
    root: `http://127.0.0.1:${port}`,
    token,
    messages,
    calls,
    nextUpdateId: () => state.updateId++,
    watch: (listener) => void state.listeners.push(listener),
    deliver: async (update) => {
      const whole = { update_id: state.updateId++, ...update }
      if (state.webhook !== undefined) {
        const response = await fetch(state.webhook.url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-telegram-bot-api-secret-token': state.webhook.secret,
          },
          body: JSON.stringify(whole),
        })
        return response.status
      }
      updates.push(whole)
      for (const wake of state.wake) wake()
      state.wake.clear()
      return undefined
    },
    addFile: (content) => {
      const id = `file${files.size + 1}`
      files.set(id, content)
      return id
    },
    fail: (failure) => failures.push({ ...failure, left: failure.times }),
    trouble: (decide) => {
      state.decide = decide
    },
    close: async () => {
      for (const wake of state.wake) wake()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function refuse(error_code: number, description: string): never {
  throw { error_code, description }
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function buttonsOf(markup: unknown): { text: string; data: string }[] {
  const keyboard = (typeof markup === 'string' ? JSON.parse(markup) : markup) as
    | { inline_keyboard?: { text: string; callback_data: string }[][] }
    | undefined
  return (keyboard?.inline_keyboard ?? [])
    .flat()
    .map(({ text, callback_data }) => ({ text, data: callback_data }))
}

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = Buffer.concat(parts)
  const type = request.headers['content-type'] ?? ''
  if (type.includes('application/json'))
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>
  if (!type.includes('multipart/form-data')) return {}
  const fields = [...body.toString('utf8').matchAll(/name="(\w+)"\r\n\r\n([\s\S]*?)\r\n--/g)].map(
    ([, name, value]) => [name, value] as const,
  )
  const [, fileText] =
    /filename=[^\r\n]*[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(body.toString('utf8')) ?? []
  const file = fileIn(body, /boundary=([^;]+)/.exec(type)?.[1] ?? '')
  return {
    ...Object.fromEntries(fields),
    ...(fileText === undefined ? {} : { fileText }),
    ...(file === undefined ? {} : { file }),
  }
}

/** The bytes of the file in a form, without the line end before the next boundary. */
function fileIn(body: Buffer, boundary: string): Buffer | undefined {
  const at = body.indexOf('filename=')
  if (at === -1) return undefined
  const start = body.indexOf('\r\n\r\n', at) + 4
  return body.subarray(start, body.indexOf(`\r\n--${boundary}`, start))
}
