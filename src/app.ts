import type { Logger } from 'pino'
import { openChannels } from './assembly/open-channels.ts'
import { openParts, type Stops } from './assembly/parts.ts'
import { servingOf } from './assembly/serving.ts'
import { startWork } from './assembly/start-work.ts'
import { buildProbes, buildWeb } from './assembly/web.ts'
import { webOptions } from './assembly/web-options.ts'
import type { Channel } from './channels/channel.ts'
import { programChannel } from './channels/program.ts'
import type { Config } from './config.ts'
import { watchBacklog } from './mailbox/backlog.store.ts'
import { type KnownChats, keepArrival } from './mailbox/inbound.store.ts'
import type { Arrival } from './mailbox/message.ts'
import { portTaken } from './platform/check-stores.ts'
import { realClock } from './platform/clock.ts'
import type { Clock } from './platform/instant.ts'
import type { Db } from './platform/postgres/database.ts'
import { listenLive } from './platform/postgres/live.ts'
import { type Database, openDatabase } from './platform/postgres/open-database.ts'

/** A running service. `url` is where the web role listens. */
export type Running = {
  readonly url: string | undefined
  readonly isDemo: boolean
  readonly db: Db
  /** Takes a message in, as a channel does: once it is kept, it will be handled. */
  readonly keep: (arrival: Arrival) => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * What a caller can bring along: the simulator its clock and a channel for its people, the program a
 * database that it has begun to open.
 */
export type Surroundings = {
  readonly clock?: Clock
  readonly people?: Channel
  readonly opening?: Promise<Database>
}

/**
 * Starts the whole service: database, stores, queue, channels, workers, web. What was started is
 * stopped in reverse, also when a later part fails to start.
 */
export async function startJawab(
  config: Config,
  log: Logger,
  {
    clock = realClock,
    people = programChannel('simulated'),
    opening = openDatabase(config),
  }: Surroundings = {},
): Promise<Running> {
  const stops: Stops = []
  const stopping = new AbortController()
  const stop = async () => {
    stopping.abort()
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const parts = await openParts(config, log, clock, opening, stops)
    const { db, isDemo } = parts
    const knownChats: KnownChats = new Map()
    const keep = (arrival: Arrival) =>
      parts.follow('receive', async () => {
        const conversation = await keepArrival(
          db,
          parts.keys,
          arrival,
          new Date(parts.now()),
          knownChats,
        )
        parts.metrics.received(arrival.channel)
        await parts.nudge('conversation', [conversation])
      })
    const isFull = watchBacklog(db, config.backlogLimit, parts.now)
    const opened = openChannels(parts, { keep, isFull, stopping: stopping.signal })
    // Made-up people of a simulated month (`jawab simulate month`) read nothing after it.
    const channels = [...opened.map(({ channel }) => channel), programChannel('open311'), people]
    if (config.roles.includes('worker')) await startWork(parts, channels, stopping.signal, stops)
    const serving = servingOf(parts, stopping.signal)
    if (config.probePort !== undefined) {
      const probes = await buildProbes(serving)
      stops.push(() => probes.close())
      await probes.listen({ host: config.host, port: config.probePort }).catch(portTaken)
    }
    if (!config.roles.includes('web')) return { url: undefined, isDemo, db, keep, stop }
    const live = await listenLive(parts.databaseUrl, parts.onTrouble)
    stops.push(live.stop)
    const options = await webOptions(parts, { keep, listen: live.listen })
    const served = opened.map(({ serve }) => serve({ listen: live.listen }))
    const web = await buildWeb({
      ...serving,
      ...options,
      trustedProxies: config.trustedProxies,
      isFull,
      channels: served.flatMap(({ routes }) => routes ?? []),
    })
    stops.push(() => web.close())
    const url = await web.listen({ host: config.host, port: config.port }).catch(portTaken)
    for (const { start } of served)
      if (start !== undefined) stops.push(start(config.publicUrl ?? url))
    stops.push(() => new Promise((resume) => setTimeout(resume, config.drainMs)))
    return { url, isDemo, db, keep, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
