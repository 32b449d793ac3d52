import { z } from 'zod'
import { mostBytes } from '../../platform/files/attachments.ts'
import type { Reach } from '../reach.client.ts'
import { type Meaning, meaningOf, waitsMs } from './errors.ts'

/** What the API said of a call that it refused. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
  readonly status: number
  readonly code: number | undefined
  readonly meaning: Meaning
  constructor(status: number, code: number | undefined) {
    // Its own words may quote the message or the person.
    super(`WhatsApp answered ${status}, code ${code ?? 'none'}`)
    this.status = status
    this.code = code
    this.meaning = meaningOf(code, status)
  }
}

/** The API's answer did not come: the network, or a line that was cut. */
export class AwayError extends Error {
  override readonly name = 'AwayError'
}

/** Where the API is, and by what right it is called. */
export type Access = {
  readonly root: string
  readonly phoneNumberId: string
  readonly token: string
}

/**
 * The calls of the Cloud API that are used.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/reference
 */
export type Graph = {
  /** Sends a message; returns WhatsApp's id of it. */
  readonly send: (handle: string, body: Readonly<Record<string, unknown>>) => Promise<string>
  /** Uploads a file; returns the id to send it by. */
  readonly upload: (content: Uint8Array, contentType: string, name: string) => Promise<string>
  readonly download: (id: string) => Promise<Buffer | 'gone' | 'tooLarge'>
  /** The number that people write to, digits alone. */
  readonly number: () => Promise<string>
  /** Tells WhatsApp which commands its menu offers. */
  readonly offer: (
    commands: readonly { readonly name: string; readonly description: string }[],
  ) => Promise<void>
}

const timeoutMs = 20_000
const uploadTimeoutMs = 120_000

const Sent = z.object({ messages: z.array(z.object({ id: z.string() })).min(1) })
const Uploaded = z.object({ id: z.string() })
const MediaAt = z.object({ url: z.url(), file_size: z.coerce.number().optional() })
const OwnNumber = z.object({ display_phone_number: z.string() })
const Failure = z.object({ error: z.object({ code: z.int() }) })

/** A person's number with us: a country, a dot and letters or digits. */
const isUserId = (handle: string) => /^[A-Z]{2}\.[\w.]+$/.test(handle)

/** Opens the API. Every answer tells `reach` that it is there. */
export function openGraph({ root, phoneNumberId, token }: Access, reach: Reach): Graph {
  const authorization = `Bearer ${token}`
  const call = async (address: string, init: RequestInit, ms = timeoutMs): Promise<Response> => {
    const response = await fetch(address, {
      ...init,
      headers: { ...init.headers, authorization },
      signal: AbortSignal.timeout(ms),
      redirect: 'error',
    }).catch((error: unknown) => {
      throw new AwayError('WhatsApp did not answer', { cause: error })
    })
    if (response.ok) {
      reach.answered()
      return response
    }
    const failure = Failure.safeParse(await response.json().catch(() => undefined))
    const error = new GraphError(response.status, failure.data?.error.code)
    if (error.meaning !== 'trouble') reach.answered()
    throw error
  }
  const post = async (path: string, body: object): Promise<unknown> =>
    (
      await call(`${root}/${phoneNumberId}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).json()
  return {
    send: async (handle, body) => {
      const to = isUserId(handle) ? { recipient: handle } : { to: handle }
      try {
        const answer = await post('messages', {
          messaging_product: 'whatsapp',
          recipient_type: 'individual',
          ...to,
          ...body,
        })
        return Sent.parse(answer).messages[0]?.id ?? ''
      } catch (error) {
        if (error instanceof GraphError) {
          if (error.meaning === 'waitForPerson') reach.askedToWait(handle, waitsMs.waitForPerson)
          if (error.meaning === 'waitForAll') reach.askedToWait(undefined, waitsMs.waitForAll)
        }
        throw error
      }
    },
    upload: async (content, contentType, name) => {
      const form = new FormData()
      form.set('messaging_product', 'whatsapp')
      form.set('type', contentType)
      form.set('file', new Blob([new Uint8Array(content)], { type: contentType }), name)
      const answer = await call(
        `${root}/${phoneNumberId}/media`,
        { method: 'POST', body: form },
        uploadTimeoutMs,
      )
      return Uploaded.parse(await answer.json()).id
    },
    download: async (id) => {
      try {
        const found = await call(
          `${root}/${encodeURIComponent(id)}?phone_number_id=${phoneNumberId}`,
          {},
        )
        const { url, file_size = 0 } = MediaAt.parse(await found.json())
        if (file_size > mostBytes) return 'tooLarge'
        return await readAtMost(await call(url, {}, uploadTimeoutMs))
      } catch (error) {
        // What is not there, or no more, is a bad request to WhatsApp.
        if (error instanceof GraphError && (error.status === 404 || error.meaning === 'refused'))
          return 'gone'
        throw error
      }
    },
    number: async () => {
      const answer = await call(`${root}/${phoneNumberId}?fields=display_phone_number`, {})
      return OwnNumber.parse(await answer.json()).display_phone_number.replaceAll(/\D/g, '')
    },
    offer: async (commands) => {
      await post('conversational_automation', {
        enable_welcome_message: false,
        commands: commands.map(({ name, description }) => ({
          command_name: name,
          command_description: description,
        })),
      })
    },
  }
}

/** A file, unless it has more bytes than are taken: what it says of its length may be wrong. */
async function readAtMost(response: Response): Promise<Buffer | 'tooLarge'> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > mostBytes) return 'tooLarge'
    parts.push(part)
  }
  return Buffer.concat(parts)
}
