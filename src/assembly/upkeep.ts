import { sendDigests } from '../conversation/messages/digest.worker.ts'
import { foldFigures } from '../figures/counting.store.ts'
import { searchText } from '../language/place-name.ts'
import { refreshSpellings } from '../organisation/places.store.ts'
import { forgetIncidents } from '../platform/incidents.ts'
import { hour } from '../platform/instant.ts'
import { openSealing } from '../platform/sealing/seal-rows.ts'
import { vacuumOlderKeys } from '../platform/sealing/word-keys.ts'
import { eraseForgotten } from '../privacy/erase-resident.store.ts'
import { eraseExpired } from '../privacy/retention.store.ts'
import { coarsenOver, shuffleChats, vacuumUntied } from '../privacy/untie.store.ts'
import type { Parts } from './parts.ts'

/**
 * How often what tickets have changed is added to the figures, in milliseconds. Pages are right
 * without it: they add what is left.
 */
const foldMs = 3_000
/** How often the weekly digests are looked for. */
const digestMs = 60_000
/** How often chats are erased whose residents have been told so. */
const forgetMs = 20_000
/**
 * How long after a start what places are found by is looked through, in milliseconds: a start has
 * enough to do.
 */
const spellMs = 5_000
/** How often words from before sealing was begun are looked for. */
const sealMs = 10_000

type Erasures = Awaited<ReturnType<typeof eraseForgotten>>

/**
 * What is done from time to time by one copy at a time: figures, digests, erasing, untying,
 * sealing. Ends when `signal` aborts.
 *
 * @param listErasures - Keeps a list of erasures outside the database.
 */
export function openUpkeep(
  parts: Parts,
  listErasures: (erasures: Erasures) => Promise<void>,
): (signal: AbortSignal) => Promise<void> {
  const { config, log, clock, now, onTrouble, db, keys, files, office, runAfterCommit, metrics } =
    parts
  const { timeZone } = config
  const erase = async () => {
    const erased = await eraseExpired(db, files, new Date(now()), config.kept)
    metrics.erased(erased)
    await forgetIncidents(db, new Date(now()))
    const { day } = (await office()).localMoment(now())
    if ((await shuffleChats(db, day)) + (await coarsenOver(db, files, timeZone, day)) > 0)
      await vacuumUntied(db)
    log.info(erased, 'deleted data past its retention period')
  }
  const forgetAll = async () => {
    await listErasures(await eraseForgotten(db, keys, new Date(now())))
    await vacuumOlderKeys(db)
  }
  const sealOlder = openSealing(db, files, now)
  let isSpelt = false
  const spell = async () => {
    if (isSpelt) return
    await refreshSpellings(db, searchText)
    isSpelt = true
  }
  return async (signal) => {
    const ends = [
      clock.every(spellMs, spell, onTrouble),
      clock.every(foldMs, () => foldFigures(db, timeZone), onTrouble),
      clock.every(
        digestMs,
        () => sendDigests({ db, office, now, runAfterCommit, timeZone }),
        onTrouble,
      ),
      clock.every(forgetMs, forgetAll, onTrouble),
      clock.every(hour, erase, onTrouble),
      clock.every(sealMs, () => sealOlder(signal), onTrouble),
    ]
    await aborted(signal)
    await Promise.all(ends.map((end) => end()))
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    if (signal.aborted) resume()
    else signal.addEventListener('abort', () => resume(), { once: true })
  })
}
