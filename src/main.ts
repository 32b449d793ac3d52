import closeWithGrace from 'close-with-grace'
import ipaddr from 'ipaddr.js'
import type { Running } from './app.ts'
import { type Config, readConfig } from './config.ts'
import { createLog } from './platform/log.ts'
import { openDatabase } from './platform/postgres/open-database.ts'

/**
 * How long stopping may take beside draining, in milliseconds: what is in hand has less, see
 * `platform/queue/worker.ts` and `web.ts`.
 */
const mostStopMs = 10_000

/** Starts the service and keeps it until it is told to stop. Prints, last, where to go. */
export async function main(): Promise<void> {
  const config = readConfig(process.env)
  const log = createLog(config.logLevel)
  // A database of our own takes as long to start as the rest takes to load: both at once.
  const opening = openDatabase(config)
  // It is awaited, and its failure told, in its turn.
  opening.catch(() => {})
  const { startJawab } = await import('./app.ts')
  const running = await startJawab(config, log, { opening })
  closeWithGrace({ delay: config.drainMs + mostStopMs, logger: false }, async ({ err }) => {
    // One Ctrl-C comes twice where npm passes on what the terminal has given to all: a second one
    // must not cut the stop short.
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.removeAllListeners(signal).on(signal, () => {})
    if (err !== undefined)
      log.error(
        { reason: err.name, at: err.stack?.split('\n')[1]?.trim() },
        'stopping because of an error',
      )
    await running.stop()
  })
  for (const line of await entrances(running, config)) console.log(line)
}

async function entrances(
  { url, isDemo, db }: Running,
  { host, publicUrl }: Config,
): Promise<readonly string[]> {
  const root = publicUrl ?? url
  if (root === undefined) return ['Jawab works (worker).']
  const docs = `API documentation:         ${root}/docs`
  if (!isDemo) return [`Residents' chat:           ${root}/chat`, docs]
  // A log that others read must not let them in.
  if (!isLoopback(host))
    return [
      `Residents' chat:           ${root}/chat`,
      'Demo sign-in links are printed only where HOST is a loopback address.',
      docs,
    ]
  const { demoEntrances } = await import('./simulation/demo.store.ts')
  const { village, memberToken, supervisorToken, administratorToken } = await demoEntrances(
    db,
    new Date(),
  )
  return [
    `Residents' chat:           ${root}/chat?start=v_${village}`,
    `Demo member signs in:      ${root}/console/login?token=${memberToken}`,
    `Demo supervisor signs in:  ${root}/console/login?token=${supervisorToken}`,
    `Demo administrator:        ${root}/console/login?token=${administratorToken}`,
    docs,
  ]
}

/** Whether a host is this machine as only itself reaches it. */
function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback')
  )
}
