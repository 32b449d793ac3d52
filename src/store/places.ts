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

/**
 * Villages and their like whose name is like what was typed, best first, in any language; small misspellings are forgiven
 * by trigrams. An exact name comes alone.
 */
export async function findPlacesLike(db: Transaction, typed: string): Promise<readonly PlaceRow[]> {
  const name = toSpelling(typed)
  if (name.length < 2 || name.length > 60) return []
  await db.$executeRaw`select set_config('pg_trgm.word_similarity_threshold', ${String(likeness)}, true)`
  const rows = await db.$queryRaw<(PlaceRow & { exact: boolean })[]>`
    select "code", "names", "kind"::text, ("spellings" like ${`%|${name}|%`}) as exact
    from "Place" where "kind" in ('village', 'community', 'park') and (${name} <% "spellings" or "spellings" like ${`%${name}%`})
    order by exact desc, word_similarity(${name}, "spellings") desc, "code" limit 6`
  const exact = rows.filter((row) => row.exact)
  return (exact.length > 0 ? exact : rows).map(toPlace)
}

/** How alike trigrams must be: one wrong letter in the middle of a name of six leaves 0.4. */
const likeness = 0.35

/** How a name is compared: lower case, without the words for village and community. */
export function toSpelling(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[\u200B-\u200F\u2066-\u2069]/g, '')
    .replaceAll(/[%_|\\]/g, '')
    .replaceAll(/[\s-]*(?:كەنتى|كەنت|مەھەللىسى|ауылы|ауыл|қауымдастығы|اۋىلى|اۋىل|قاۋىمداستىعى)(?!\p{L})|[村社区]+$/gu, '')
    .trim()
}

function toPlace(row: { code: string; names: unknown; kind: string }): PlaceRow {
  return { code: row.code, kind: row.kind, names: row.names as Record<string, string> }
}

/** Whether reports are about this kind of place: the last level. */
export function takesReports(kind: string): boolean {
  return kind === 'village' || kind === 'community' || kind === 'park'
}
