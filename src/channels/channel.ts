import type { Shown } from '../mailbox/shown.ts'
import type { FileKind } from '../platform/files/file-kind.ts'

/**
 * A message ready for a chat app. `confidential` asks the app not to let it be forwarded or saved.
 */
export type Message = Shown & {
  readonly content?: {
    readonly kind: FileKind
    readonly bytes: Buffer
    readonly contentType: string
  }
  /** Files to keep, with their names; each is made while it is sent, piece by piece. */
  readonly documents?: readonly {
    readonly name: string
    readonly pieces: () => AsyncIterable<Uint8Array>
  }[]
  /** Files that did not fit into those. */
  readonly more?: () => AsyncIterable<{ readonly name: string; readonly content: Buffer }>
  readonly confidential?: boolean
}

/** What became of a sending. */
export type Sent =
  | { readonly outcome: 'sent'; readonly externalId: string | undefined }
  /**
   * The chat app asks to wait, or can't be reached; no fault of the message. `mayBeShown`: the line
   * broke before the app had answered.
   */
  | { readonly outcome: 'later'; readonly afterMs: number; readonly mayBeShown?: true }
  /** The app lets nobody write first: it can be sent once the person has written again. */
  | { readonly outcome: 'waits' }
  /** The person has blocked the bot or is gone. */
  | { readonly outcome: 'unreachable' }
  /** This one message can't be shown, whenever it is tried. */
  | { readonly outcome: 'refused'; readonly code: number }

/** Whom a message is for. `messageId` is our own number of it. */
export type Recipient = {
  readonly conversationId: string
  readonly handle: string
  readonly messageId: string
}

/** What a chat app can show. Every text and keyboard is fitted to it (`fit.ts`). */
export type Capabilities = {
  readonly charactersAMessage: number
  /** Characters that stand under a picture or a sound. */
  readonly charactersACaption: number
  readonly buttonsAMessage: number
  readonly charactersAButton: number
  /** Bytes that a button gives back when it is pressed. */
  readonly bytesOfData: number
  /** Bytes of a document, as it is sent. */
  readonly bytesOfDocument: number
  /** Whether a message that was sent can be changed. */
  readonly edits: boolean
  /** Whether files go to the person, and come from them. */
  readonly files: { readonly sends: boolean; readonly takes: boolean }
}

/** A way to reach people. What it throws counts as a failure of the message. */
export type Channel = {
  readonly name: string
  readonly can: Capabilities
  /** Whether what names a chat there is a secret, which is told to nobody. */
  readonly handleIsSecret: boolean
  /**
   * Where a resident fetches what is kept of them, by the chat's own session; without it they are
   * sent files.
   */
  readonly myDataAt?: { readonly page: string; readonly data: string }
  /**
   * Whether its page shows our rows themselves: files stay where they lie, and an edited row is
   * shown in the place of another.
   */
  readonly showsRows: boolean
  /** Nobody reads there what is sent: nothing is made, and each message counts as sent. */
  readonly showsNothing?: true
  /** Sends a message that fits the app, or changes the one that `edits` names. */
  readonly send: (to: Recipient, message: Message, edits: string | undefined) => Promise<Sent>
  /**
   * Takes a message back that was sent. Says whether it is gone: a chat app may allow it for a time
   * only.
   */
  readonly takeBack: (to: Recipient, externalId: string) => Promise<boolean>
  /**
   * Takes the buttons of a message away. It may fail: a button that is pressed later is answered.
   */
  readonly removeButtons: (to: Recipient, externalId: string) => Promise<void>
  /** Runs once the row says that the message was sent: pages that show rows look for it then. */
  readonly afterSent: (conversationId: string) => Promise<void>
  /**
   * Fetches a file that a message named; or says why it can't be had. Throws where it may be had
   * later.
   */
  readonly fetchFile: (reference: string) => Promise<Buffer | 'gone' | 'tooLarge'>
}
