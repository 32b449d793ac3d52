import type { FileKind } from '../store/attachments.ts'
import type { Shown } from '../store/outbound.ts'

/** A message ready for a chat app. `confidential` asks the app not to let it be forwarded or saved. */
export type Message = Shown & {
  readonly content?: { readonly kind: FileKind; readonly bytes: Buffer; readonly contentType: string }
  /** Files to keep, with their names. */
  readonly documents?: readonly { readonly name: string; readonly bytes: Buffer }[]
  readonly confidential?: boolean
}

/** What became of a sending. */
export type Sent =
  | { readonly outcome: 'sent'; readonly externalId: string | undefined }
  /** The chat app asks to wait; obeyed always. */
  | { readonly outcome: 'later'; readonly afterMs: number }
  /** The person has blocked the bot or is gone. */
  | { readonly outcome: 'unreachable' }
  /** This one message can't be shown, whenever it is tried. */
  | { readonly outcome: 'refused'; readonly code: number }

/** A way to reach people. What it throws is a passing trouble: the message is tried again. */
export type Channel = {
  readonly name: string
  /** Where a resident fetches what is kept of them, by the chat's own session; without it they are sent files. */
  readonly myDataAt?: { readonly page: string; readonly data: string }
  /** Sends a message, or changes the one that `edits` names. */
  readonly send: (to: { readonly conversationId: string; readonly handle: string }, message: Message, edits: string | undefined) => Promise<Sent>
  /** Runs once the row says that the message was sent: the web chat's pages look for it then. */
  readonly afterSent: (conversationId: string) => Promise<void>
  /** Fetches a file that a message named; `undefined` when it can't be had any more. */
  readonly fetchFile: (reference: string) => Promise<Buffer | undefined>
}
