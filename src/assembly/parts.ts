import type { Logger } from 'pino'
import { createMetrics } from '../api/metrics.routes.ts'
import { type Config, rootOf } from '../config.ts'
import { type CatalogueLanguage, createTranslations } from '../language/catalogue.ts'
import { createVoice } from '../language/render.ts'
import { countWaiting } from '../mailbox/waiting.store.ts'
import { openOffice } from '../organisation/office.store.ts'
import { createAfterCommit } from '../platform/after-commit.ts'
import { reachFiles, reachFolder, reachRedis } from '../platform/check-stores.ts'
import { openFiles } from '../platform/files/attachments.ts'
import { openDecoder } from '../platform/files/decoder.ts'
import { openIncidents } from '../platform/incidents.ts'
import type { Clock } from '../platform/instant.ts'
import { memo } from '../platform/memo.ts'
import { connect } from '../platform/postgres/database.ts'
import { bringForward, type Database } from '../platform/postgres/open-database.ts'
import { postgresBackend, redisBackend } from '../platform/queue/backend.ts'
import { openNudging } from '../platform/queue/nudge.ts'
import { startTracing } from '../platform/queue/tracing.ts'
import { describe } from '../platform/queue/worker.ts'
import { leastFreeBytes } from '../platform/quotas/figures.ts'
import { openQuotas } from '../platform/quotas/quotas.ts'
import { openOutside } from '../platform/safe-fetch.ts'
import { openAccessRecord } from '../platform/sealing/access-log.ts'
import { openKeyRing } from '../platform/sealing/key-ring.ts'
import { openRowNames } from '../platform/sealing/row-names.ts'
import { openSpeaker } from '../platform/speech/speaker.ts'
import { loadDemo } from '../simulation/demo.store.ts'
import { readCatalogues } from './read-catalogues.ts'

/** What is stopped when the service stops, the last one first. */
export type Stops = (() => Promise<void>)[]

/** How often incidents that were counted are added to the record. */
const incidentsMs = 60_000

/** The database, the stores, the queue and all that every role needs. */
export type Parts = Awaited<ReturnType<typeof openParts>>

/**
 * Opens them, in the order in which one needs another. What is to be stopped is added to `stops`.
 */
export async function openParts(
  config: Config,
  log: Logger,
  clock: Clock,
  opening: Promise<Database>,
  stops: Stops,
) {
  const { now } = clock
  const onTrouble = (error: unknown) =>
    log.warn({ reason: describe(error) }, 'a connection is in trouble; it is tried again')

  // Where a check below fails first, that failure is reported, and this one is not.
  const opened = opening.catch(() => undefined)
  stops.push(async () => (await opened)?.release())
  await reachFolder(config.dataDir)
  await reachFiles(config)
  const keys = await openKeyRing(config)
  if (config.redis !== undefined) await reachRedis(config.redis)
  const database = await opening
  await bringForward(database)
  const db = connect(database.url, undefined, keys)
  stops.push(() => db.close())
  const isDemo = database.isEmbedded && (await loadDemo(db, { ...config, now: now() }))

  const metrics = createMetrics(
    () => countWaiting(db),
    () => db.poolUse(),
  )
  const incidents = openIncidents()
  stops.push(clock.every(incidentsMs, () => incidents.save(db, new Date(now())), onTrouble))
  const quotas = openQuotas(config.quotas, Date.now, (quota) => {
    metrics.quotaMet(quota)
    incidents.count(`quota ${quota}`)
  })
  const decoder = openDecoder((reason) => {
    metrics.decoderEnded(reason)
    incidents.count(`decoder ${reason}`)
  })
  stops.push(decoder.stop)
  const speaker = openSpeaker((reason) => incidents.count(`speech ${reason}`))
  stops.push(speaker.stop)
  const files = await openFiles(config, keys, { leastFreeBytes, decoder })
  const translations = createTranslations(await readCatalogues(), {
    ...config.kept,
    ...config.emergencyNumbers,
    trackedAt: `${rootOf(config)}/t`,
  })

  const { telemetry, follow, stop: stopTracing } = await startTracing(config.tracesTo)
  stops.push(stopTracing)
  const queue =
    config.redis === undefined
      ? postgresBackend(database.url, telemetry)
      : redisBackend(config.redis, onTrouble, telemetry)
  stops.push(queue.close)
  const nudging = await openNudging(queue, onTrouble)
  const { nudge } = nudging
  stops.push(nudging.close)
  const onFollowUpTrouble = (error: unknown) =>
    log.warn(
      { reason: describe(error) },
      'what follows from a change failed; it is made up for later',
    )

  return {
    config,
    log,
    clock,
    now,
    onTrouble,
    keys,
    databaseUrl: database.url,
    db,
    isDemo,
    metrics,
    quotas,
    decoder,
    speaker,
    files,
    record: openAccessRecord(keys),
    rows: openRowNames(keys.secretsFor('row names')),
    outside: openOutside(config.privateHosts),
    publicUrl: rootOf(config),
    isSecure: config.publicUrl?.startsWith('https:') === true,
    office: openOffice(db, config.timeZone, now),
    voices: memo((language: CatalogueLanguage) =>
      createVoice(translations, language, config.timeZone),
    ),
    /** Follows a piece of work with tracing, under this name. */
    follow,
    queue,
    nudging,
    nudge,
    runAfterCommit: createAfterCommit(db, files, nudge, onFollowUpTrouble),
  }
}
