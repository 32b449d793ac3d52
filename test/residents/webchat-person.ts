import { randomUUID } from 'node:crypto'
import { until } from '../until.ts'

type Line = {
  readonly by: 'resident' | 'service'
  readonly id?: string
  readonly text: string
  readonly language?: string
  readonly buttons?: readonly (readonly { readonly label: string; readonly data: string }[])[]
}

/** Somebody at the web chat, over real HTTP. */
export type WebChatPerson = {
  readonly says: (text: string, id?: string) => Promise<Response>
  readonly presses: (data: string) => Promise<Response>
  /** Presses the newest button whose data begins so. */
  readonly pressesLike: (start: string) => Promise<Response>
  readonly sendsFile: (kind: 'photo' | 'voice', content: Buffer, type: string) => Promise<Response>
  /** Waits for a line after those seen before. */
  readonly hears: (what: string) => Promise<Line>
  readonly lines: () => Promise<readonly Line[]>
  readonly cookie: () => string
}

export function webChatPerson(url: () => string): WebChatPerson {
  const session = { cookie: '', seen: 0 }
  const send = async (path: string, body: BodyInit, type: string) => {
    const response = await fetch(`${url()}${path}`, {
      method: 'POST',
      headers: {
        'content-type': type,
        ...(session.cookie === '' ? {} : { cookie: session.cookie }),
      },
      body,
    })
    session.cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? session.cookie
    return response
  }
  const lines = async () =>
    (
      (await (
        await fetch(`${url()}/channels/webchat/transcript`, { headers: { cookie: session.cookie } })
      ).json()) as { lines: Line[] }
    ).lines
  const presses = (data: string) =>
    send(
      '/channels/webchat/messages',
      JSON.stringify({ id: randomUUID(), kind: 'pressed', data }),
      'application/json',
    )
  return {
    pressesLike: async (start) =>
      presses(
        await until(`a button ${start}`, async () =>
          (await lines())
            .flatMap(({ buttons = [] }) => buttons.flat())
            .map(({ data }) => data)
            .findLast((data) => data.startsWith(start)),
        ),
      ),
    says: (text, id = randomUUID()) =>
      send(
        '/channels/webchat/messages',
        JSON.stringify({ id, kind: 'said', text }),
        'application/json',
      ),
    presses,
    sendsFile: (kind, content, type) =>
      send(
        `/channels/webchat/files?id=${randomUUID()}&kind=${kind}`,
        new Uint8Array(content),
        type,
      ),
    hears: async (what) => {
      const heard: { last: readonly Line[] } = { last: [] }
      const found = await until(`hears ${what}`, async () => {
        heard.last = (await lines()).filter(({ by }) => by === 'service')
        // After everything was erased, the chat begins again.
        if (heard.last.length < session.seen) session.seen = 0
        const index = heard.last.findIndex(
          (line, at) => at >= session.seen && line.text.includes(what),
        )
        return index === -1 ? undefined : { line: heard.last[index] as Line, index }
      }).catch((error: Error) => {
        throw new Error(`${error.message}\n${heard.last.map(({ text }) => `- ${text}`).join('\n')}`)
      })
      session.seen = found.index + 1
      return found.line
    },
    lines,
    cookie: () => session.cookie,
  }
}
