import type { FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import type { CatalogueLanguage } from '../language/catalogue.ts'
import type { Voice } from '../language/render.ts'
import type { Arrival } from '../mailbox/message.ts'
import type { Office } from '../organisation/office.ts'
import type { RunAfterCommit } from '../platform/after-commit.ts'
import type { ValuesOf, Variables } from '../platform/environment.ts'
import type { Files } from '../platform/files/attachments.ts'
import type { Decoder } from '../platform/files/decoder.ts'
import type { Finding } from '../platform/finding.ts'
import type { Db } from '../platform/postgres/database.ts'
import type { Live } from '../platform/postgres/live.ts'
import type { Nudge } from '../platform/queue/catalogue.ts'
import type { Quotas } from '../platform/quotas/quotas.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import type { RowNames } from '../platform/sealing/row-names.ts'
import type { Speaker } from '../platform/speech/speaker.ts'
import type { MyDataFiles } from '../privacy/my-data.ts'
import type { Channel } from './channel.ts'

/**
 * A chat app that people can be reached by. Its folder brings all that it needs, and
 * `channels/index.ts` lists it.
 */
export type ChannelModule = {
  readonly name: string
  /** How operators call it. */
  readonly title: string
  /** The environment variables that it reads. */
  readonly variables: Variables
  /**
   * The channel as the environment sets it up; `undefined` where that switches it off. What is
   * missing is added to `wrong`, a line for each variable.
   */
  readonly configure: (
    values: Readonly<Record<string, unknown>>,
    wrong: string[],
  ) => ConfiguredChannel | undefined
}

/** A channel that is switched on. Nothing is asked of its chat app before it is opened. */
export type ConfiguredChannel = {
  readonly name: string
  readonly open: (parts: ChannelParts) => OpenChannel
  /** What `jawab doctor` finds of it; `root` is where the service is reached. */
  readonly examine?: (root: string) => Promise<Finding>
  /** The address that begins a chat with a parameter, as posters and invitations have it. */
  readonly startLink: (root: string, parameter: string) => Promise<string | undefined>
  /** Whether members of staff are invited by such an address. */
  readonly invites: boolean
}

/** What a channel may use of the service. */
export type ChannelParts = {
  readonly log: Logger
  readonly db: Db
  readonly databaseUrl: string
  readonly keys: KeyRing
  readonly files: Files
  readonly decoder: Pick<Decoder, 'hasRoom'>
  readonly quotas: Quotas
  readonly speaker: Speaker
  readonly rows: RowNames
  readonly now: () => number
  readonly office: () => Promise<Office>
  readonly voices: (language: CatalogueLanguage) => Voice
  readonly nudge: Nudge
  readonly runAfterCommit: RunAfterCommit
  readonly onTrouble: (error: unknown) => void
  /** Keeps a message. Only after this may the channel acknowledge it. */
  readonly keep: (arrival: Arrival) => Promise<void>
  /** Whether too much waits to take more in. */
  readonly isFull: () => Promise<boolean>
  /** All that is kept of a resident, for the one whose chat it is. */
  readonly myData: (conversationId: string) => Promise<MyDataFiles | undefined>
  /** How long a chat is kept after its last message, in days. */
  readonly chatDays: number
  /** How many pages of one chat are kept up to date at once. */
  readonly mostStreams: number
  /** Whether everything that is there is made up. */
  readonly isDemo: boolean
  /** Whether the service is reached over https. */
  readonly isSecure: boolean
  readonly stopping: AbortSignal
}

/** A channel at work. */
export type OpenChannel = {
  readonly channel: Channel
  /** What the web role does for it. */
  readonly serve: (web: { readonly listen: Live['listen'] }) => {
    readonly routes?: FastifyPluginAsync
    /** Begins once the service is reached at `publicUrl`. Returns what ends it. */
    readonly start?: (publicUrl: string) => () => Promise<void>
  }
}

/** Defines a channel; `configure` gets the values of its own variables. */
export function channelModule<const Own extends Variables>({
  configure,
  ...module
}: Omit<ChannelModule, 'variables' | 'configure'> & {
  readonly variables: Own
  readonly configure: (
    values: ValuesOf<Own>,
    wrong: string[],
  ) => Omit<ConfiguredChannel, 'name'> | undefined
}): ChannelModule {
  return {
    ...module,
    configure: (values, wrong) => {
      // `config.ts` has parsed each by its schema.
      const configured = configure(values as ValuesOf<Own>, wrong)
      return configured === undefined ? undefined : { name: module.name, ...configured }
    },
  }
}
