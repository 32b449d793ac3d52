import type { StoredFile } from '../platform/files/file-kind.ts'
import type { Seen } from '../platform/sealing/access.ts'

/**
 * What is kept of a resident, twice: a page that stands alone, and the same as JSON (protection
 * P15). Both come in pieces, so that a chat with many files takes no more memory than one with none
 * (protection P39).
 */
export type MyDataFiles = {
  readonly page: () => AsyncIterable<string>
  readonly data: () => AsyncIterable<string>
  /**
   * Files that have no room in them: each is to be handed over by itself, under the name that the
   * page and the JSON say.
   */
  readonly apart: () => AsyncIterable<{ readonly name: string; readonly content: Buffer }>
}

/**
 * All that is kept of a resident, as it is kept (PIPL 45; protection P15). It may be much, so it is
 * read in steps: some rows, one ticket, one file at a time.
 */
export type MyData = {
  readonly chat: MyChat
  readonly received: () => AsyncIterable<Received>
  readonly sent: () => AsyncIterable<SentLine>
  readonly requests: () => AsyncIterable<MyTicket>
  readonly joined: () => AsyncIterable<Joined>
  readonly file: (id: string) => Promise<StoredFile | undefined>
}

type MyChat = {
  readonly channel: string
  /**
   * The chat app's number of the chat. One that opens the chat is a secret, and is not repeated.
   */
  readonly handle: string | undefined
  readonly language: string | null
  readonly languageChosen: boolean
  readonly rememberedPlace: Readonly<Record<string, string>> | null
  readonly begunAt: Date
  readonly noticeSeenAt: Date | null
  readonly state: unknown
}

type Received = { readonly at: Date; readonly message: unknown }

type SentLine = { readonly at: Date; readonly content: unknown; readonly shown: unknown }

type Joined = {
  readonly code: string
  readonly joinedAt: Date
  readonly messages: readonly MyMessage[]
}

export type MyTicket = {
  readonly code: string
  readonly status: string
  readonly category: string
  readonly place: Readonly<Record<string, string>>
  readonly language: string
  readonly priority: string
  readonly anonymous: boolean
  readonly confidential: boolean
  readonly concerns: string | null
  readonly openedAt: Date
  readonly firstResponseDueAt: Date
  readonly resolutionDueAt: Date
  readonly closedAt: Date | null
  readonly satisfied: boolean | null
  readonly events: readonly { readonly type: string; readonly at: Date; readonly by: string }[]
  readonly messages: readonly MyMessage[]
  readonly readBy: readonly Seen[]
}

export type MyMessage = {
  readonly by: string
  readonly kind: string
  readonly text: string
  readonly at: Date
  readonly files: readonly MyFile[]
}

export type MyFile = {
  readonly id: string
  readonly kind: string
  readonly contentType: string
  readonly bytes: number
}
