import type { Db, Transaction } from './connection.ts'

/** A public place, by its names in each language. */
export type PlaceRow = { readonly code: string; readonly names: Readonly<Record<string, string>>; readonly kind: string }

const shown = { code: true, names: true, kind: true } as const

export async function findPlace(db: Db | Transaction, code: string): Promise<PlaceRow | undefined> {
  const place = await db.place.findUnique({ where: { code }, select: shown })
  return place === null ? undefined : toPlace(place)
}

/** What lies inside a place; with `null`, the counties. */
export async function placesWithin(db: Db | Transaction, code: string | null): Promise<readonly PlaceRow[]> {
  const places = await db.place.findMany({
    where: code === null ? { kind: 'county' } : { parentCode: code },
    orderBy: { code: 'asc' },
    select: shown,
    take: 90,
  })
  return places.map(toPlace)
}

/** A typed name as it is looked for: its spelling, and how it may sound in bare Latin letters. */
export type NameKeys = { readonly spelt: string; readonly sounds: readonly string[] }

/**
 * Villages and their like whose name is like what was typed, best first, across languages and scripts. Those that are
 * spelt so come alone, then those that sound so; else small misspellings are forgiven by trigrams (pg_trgm).
 */
export async function findPlacesLike(db: Transaction, { spelt, sounds }: NameKeys): Promise<readonly PlaceRow[]> {
  if (spelt.length < 2 || spelt.length > 60) return []
  const exactly = [spelt, ...sounds].map((key) => `%|${key}|%`)
  const exact = await db.$queryRaw<(PlaceRow & { spelt: boolean })[]>`
    select "code", "names", "kind"::text, "spellings" like ${`%|${spelt}|%`} as spelt
    from "Place" where "kind" in ('village', 'community', 'park') and "spellings" like any(${exactly}::text[])
    order by spelt desc, "code" limit 6`
  if (exact.length > 0) return (exact[0]?.spelt === true ? exact.filter((row) => row.spelt) : exact).map(toPlace)
  for (const likeness of likenesses) {
    const rows = await findLike(db, [spelt, ...sounds], likeness)
    if (rows.length > 0) return rows.map(toPlace)
  }
  return []
}

/** How alike trigrams must be, first and else: one wrong letter in the middle of a name of six leaves 0.4. */
const likenesses = [0.6, 0.35]

/**
 * The best of the first names that are alike: a name that is like hundreds tells too little to look at them all. With a
 * limit PostgreSQL would rather read the whole table than the index, which takes ten times as long.
 */
async function findLike(db: Transaction, keys: readonly string[], likeness: number): Promise<readonly PlaceRow[]> {
  await db.$executeRaw`select set_config('pg_trgm.word_similarity_threshold', ${String(likeness)}, true), set_config('enable_seqscan', 'off', true)`
  const rows = await db.$queryRaw<PlaceRow[]>`
    with "alike" as materialized (
      select "code", "names", "kind", "spellings" from "Place"
      where "kind" in ('village', 'community', 'park') and ("spellings" %> any(${keys}::text[]) or "spellings" like ${`%|${keys[0]}%`}) limit 300)
    select "code", "names", "kind"::text from "alike"
    order by (select max(word_similarity(key, "spellings")) from unnest(${keys}::text[]) as typed(key)) desc, "code" limit 6`
  await db.$executeRaw`select set_config('enable_seqscan', 'on', true)`
  return rows
}

function toPlace(row: { code: string; names: unknown; kind: string }): PlaceRow {
  return { code: row.code, kind: row.kind, names: row.names as Record<string, string> }
}

/** Whether reports are about this kind of place: the last level. */
export function takesReports(kind: string): boolean {
  return kind === 'village' || kind === 'community' || kind === 'park'
}
