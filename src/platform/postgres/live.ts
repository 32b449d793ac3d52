import pg from 'pg'
import type { Db } from './database.ts'
import { statement } from './query.ts'

/**
 * Tells other processes that a conversation or a list has something new, by PostgreSQL's NOTIFY. A
 * lost notification only causes a delay.
 */
export type Live = {
  readonly listen: (key: string, hear: () => void) => () => void
  readonly stop: () => Promise<void>
}

const channel = 'jawab_live'

/**
 * The statement that says that something of these has changed: a conversation's id, `member:` or
 * `team:` and an id.
 */
export const announcement = (...keys: readonly string[]) =>
  statement`select pg_notify(${channel}, "key") from unnest(${[...keys]}::text[]) as "key"`

/** Says that a conversation has something new. */
export async function announce(db: Db, conversation: string): Promise<void> {
  await db.affect(announcement(conversation))
}

/**
 * Listens on one connection for all open pages of this process; a lost connection is made again.
 */
export async function listenLive(
  databaseUrl: string,
  onTrouble: (error: Error) => void,
): Promise<Live> {
  const hearers = new Map<string, Set<() => void>>()
  const state: {
    client: pg.Client | undefined
    stopped: boolean
    retry: NodeJS.Timeout | undefined
  } = { client: undefined, stopped: false, retry: undefined }
  const open = async () => {
    const client = new pg.Client({ connectionString: databaseUrl, keepAlive: true })
    client.on('notification', ({ payload }) => {
      for (const hear of hearers.get(payload ?? '') ?? []) hear()
    })
    client.on('error', (error) => {
      if (state.stopped) return
      onTrouble(error)
      state.retry = setTimeout(reopen, 1_000)
    })
    await client.connect()
    await client.query(`listen ${channel}`)
    state.client = client
    // What came while nobody listened is looked for once.
    for (const hear of [...hearers.values()].flatMap((set) => [...set])) hear()
  }
  const reopen = () => {
    open().catch((error: Error) => {
      onTrouble(error)
      if (!state.stopped) state.retry = setTimeout(reopen, 1_000)
    })
  }
  await open()
  return {
    listen: (key, hear) => {
      const set = hearers.get(key) ?? new Set()
      hearers.set(key, set.add(hear))
      return () => {
        set.delete(hear)
        if (set.size === 0) hearers.delete(key)
      }
    },
    stop: async () => {
      state.stopped = true
      clearTimeout(state.retry)
      await state.client?.end()
    },
  }
}
