import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keysOf } from '../../src/language/place-name.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { findPlacesLike } from '../../src/organisation/places.store.ts'
import { connect } from '../../src/platform/postgres/database.ts'
import { migrate } from '../../src/platform/postgres/migrate.ts'
import { statement } from '../../src/platform/postgres/query.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { startPostgresAsSuperuser } from '../servers/postgres.ts'

/**
 * How long a village takes to be found by a typed name among 20,000, beside a transaction that asks
 * nothing.
 */
export async function benchPlaces(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'jawab-bench-'))
  const database = await startPostgresAsSuperuser(folder)
  const db = connect(database.url, 2)
  try {
    await migrate(database.url)
    const organisation = makeOrganisation({ teams: 17_000, members: 17_000, counties: 90 })
    await loadOrganisation(db, organisation)
    await db.prisma.$executeRaw`analyze "Place"`
    await db.prisma.$executeRaw`analyze "PlaceKey"`
    const villages = organisation.places.filter(({ kind }) => kind === 'village')
    const typed = Array.from({ length: 300 }, (_, at) => {
      const names = Object.values(villages[(at * 53) % villages.length]?.names ?? {})
      const name = names[at % names.length] ?? ''
      return at % 3 === 0
        ? name
        : at % 3 === 1
          ? (keysOf(name).sounds[0] ?? name)
          : name.slice(0, 2) + name.slice(3)
    })
    const times: number[] = []
    const floor: number[] = []
    for (const name of typed) {
      floor.push(await timed(() => db.transaction((tx) => tx.read(statement`select 1`))))
      times.push(await timed(() => db.transaction((tx) => findPlacesLike(tx, keysOf(name)))))
    }
    const figures = {
      places: organisation.places.length,
      p50Ms: percentile(times, 0.5),
      p99Ms: percentile(times, 0.99),
      floorP50Ms: percentile(floor, 0.5),
    }
    console.log(
      `${figures.places} places: half are found within ${figures.p50Ms} ms, 99 % within ${figures.p99Ms} ms; an empty transaction takes ${figures.floorP50Ms} ms`,
    )
    return { ...figures, ratio: Math.round((figures.p50Ms / figures.floorP50Ms) * 10) / 10 }
  } finally {
    await db.close()
    await database.release()
    await rm(folder, { recursive: true })
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10
}
