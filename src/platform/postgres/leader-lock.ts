import pg from 'pg'

/**
 * The number of PostgreSQL's advisory lock for upkeep. 7 240 000 is taken by `embedded.ts`, and
 * 7 240 001 by a chat app.
 */
export const upkeepLock = 7_240_002

/**
 * Lets exactly one of all copies do something. The lock belongs to a database session, so when a
 * copy dies, also by `SIGKILL`, the database frees it at once and another takes over within
 * `retryMs`.
 *
 * @param lead runs while this copy leads; its signal aborts when the lead is lost or this copy
 * stops.
 * @returns stops leading and waits for `lead` to end.
 */
export function leadWhenFree(
  databaseUrl: string,
  duty: number,
  lead: (signal: AbortSignal) => Promise<void>,
  onTrouble: (error: unknown) => void,
  retryMs = 3_000,
): () => Promise<void> {
  const stopping = new AbortController()
  const pause = () =>
    new Promise<void>((resume) => {
      const timer = setTimeout(resume, retryMs)
      stopping.signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer)
          resume()
        },
        { once: true },
      )
    })
  const attempt = async () => {
    const lost = new AbortController()
    const client = new pg.Client({ connectionString: databaseUrl, keepAlive: true })
    client.on('error', () => lost.abort())
    try {
      await client.connect()
      const { rows } = await client.query<{ free: boolean }>(
        'select pg_try_advisory_lock($1) as free',
        [duty],
      )
      if (rows[0]?.free === true) await lead(AbortSignal.any([stopping.signal, lost.signal]))
    } finally {
      await client.end().catch(onTrouble)
    }
  }
  const ended = (async () => {
    while (!stopping.signal.aborted) {
      await attempt().catch(onTrouble)
      if (!stopping.signal.aborted) await pause()
    }
  })()
  return async () => {
    stopping.abort()
    await ended
  }
}
