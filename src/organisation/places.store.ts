import { createHash, randomBytes } from 'node:crypto'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { anyOf, query, statement } from '../platform/postgres/query.ts'
import type { Location } from './location.ts'

/** A public place, by its names in each language. */
export type PlaceRow = {
  readonly code: string
  readonly names: Readonly<Record<string, string>>
  readonly kind: string
}

const places = query.selectFrom('Place').select(['code', 'names', 'kind'])

/** The place with this code; `undefined` where there is none. */
export async function findPlace(db: Db | Transaction, code: string): Promise<PlaceRow | undefined> {
  const [place] = await db.read(places.where('code', '=', code))
  return place === undefined ? undefined : toPlace(place)
}

/**
 * A code that a button, a start link and a poster can carry as it is. The strictest chat app gives
 * a button 64 bytes, and a start link 64 of these signs.
 */
const carried = /^(?!k_)[A-Za-z0-9_-]{1,58}$/

/**
 * How buttons, links and posters name a place: its code, or a short key of its own where the code
 * does not fit there.
 */
export function placeKey(code: string): string {
  return carried.test(code)
    ? code
    : `k_${createHash('sha256').update(code).digest('hex').slice(0, 20)}`
}

/**
 * What a poster calls a village: a random name, made with the first poster. A phone keeps the
 * addresses that were opened on it, and this one says neither the village nor its code (protection
 * P41).
 */
export async function entranceOf(db: Db, code: string): Promise<string> {
  await db.prisma.place.updateMany({
    where: { code, entrance: null },
    data: { entrance: `e_${randomBytes(9).toString('base64url')}` },
  })
  return (
    (await db.prisma.place.findUniqueOrThrow({ where: { code }, select: { entrance: true } }))
      .entrance ?? placeKey(code)
  )
}

/** The place of a key, or of what a poster calls it. */
export async function findPlaceByKey(
  db: Db | Transaction,
  key: string,
): Promise<PlaceRow | undefined> {
  if (key.startsWith('e_')) {
    const [place] = await db.read(places.where('entrance', '=', key))
    if (place !== undefined) return toPlace(place)
  }
  if (!key.startsWith('k_')) return findPlace(db, key)
  const [row] = await db.read(statement<PlaceRow>`
    select "code", "names", "kind"::text as "kind" from "Place"
      where left(encode(sha256(convert_to("code", 'UTF8')), 'hex'), 20) = ${key.slice(2)}`)
  return row ?? findPlace(db, key)
}

/** What lies inside a place; with `null`, the counties. */
export async function placesWithin(
  db: Db | Transaction,
  code: string | null,
): Promise<readonly PlaceRow[]> {
  const within =
    code === null ? places.where('kind', '=', 'county') : places.where('parentCode', '=', code)
  return (await db.read(within.orderBy('code').limit(90))).map(toPlace)
}

/** A typed name as it is looked for: its spelling, and how it may sound in bare Latin letters. */
export type NameKeys = {
  readonly spelt: string
  readonly sounds: readonly string[]
  /** What Chinese would write down of it by its sound. */
  readonly heard: string | undefined
}

/**
 * Villages and their like whose name is like what was typed, best first, across languages and
 * scripts. Those that are spelt so come alone, then those that sound so; else small misspellings
 * are forgiven by trigrams (pg_trgm), then what Chinese makes of a name by its sound, then larger
 * misspellings.
 */
export async function findPlacesLike(
  db: Transaction,
  { spelt, sounds, heard }: NameKeys,
): Promise<readonly PlaceRow[]> {
  if (spelt.length < 2 || spelt.length > 60) return []
  const exact = await db.read(statement<{ key: string; codes: string[] }>`
    select "key", "codes"[1:${most}] as "codes" from "PlaceKey"
      where "key" = any(${[spelt, ...sounds]}::text[]) order by "key" = ${spelt} desc, "key"`)
  if (exact[0] !== undefined)
    return placesOf(db, exact[0].key === spelt ? exact.slice(0, 1) : exact)
  for (const likeness of likenesses) {
    const alike = await findAlike(db, [spelt, ...sounds], likeness)
    const heardAlike = likeness === likenesses[0] ? await findHeard(db, heard) : []
    const found = [...alike.slice(0, mostAlike), ...heardAlike, ...alike.slice(mostAlike)]
    if (found.length > 0) return placesOf(db, found)
  }
  return []
}

/** Places that an answer means, best first. `isExact`: they are called just so. */
export type Typed = { readonly places: readonly PlaceRow[]; readonly isExact: boolean }

/**
 * The places that an answer to the question for the place may mean: a name, an address, a county,
 * or something misspelt.
 *
 * @param names the names that it may hold, as `namesWithin` finds them.
 */
export async function findPlacesTyped(
  tx: Transaction,
  keys: NameKeys,
  names: readonly string[],
): Promise<Typed> {
  const [same] =
    keys.spelt.length < 2
      ? []
      : await tx.read(
          statement<{
            codes: string[]
          }>`select "codes" from "PlaceKey" where "key" = ${keys.spelt}`,
        )
  if (same !== undefined) return { places: await placesOf(tx, [same]), isExact: true }
  const within = await findPlacesNamed(tx, names, { isWhole: true })
  if (within.length > 0) return { places: within, isExact: true }
  return { places: await findPlacesLike(tx, keys), isExact: false }
}

/** How many places of one name are looked at, where an address tells them apart. */
const mostNamesakes = 200

/**
 * The places that a text names: of those with the same name the ones inside a county or a township
 * that it names too, and villages before what they lie in. `isWhole`: the text is an answer to the
 * question for the place, so a county is one too.
 */
export async function findPlacesNamed(
  tx: Transaction,
  names: readonly string[],
  { isWhole }: { readonly isWhole: boolean },
): Promise<readonly PlaceRow[]> {
  if (names.length === 0) return []
  const found = await tx.read(statement<
    PlaceRow & { readonly key: string; readonly ancestors: readonly string[] }
  >`
    select k."key", p."code", p."names", p."kind"::text as "kind", p."ancestors" from "PlaceKey" k
      join lateral unnest(k."codes"[1:${mostNamesakes}]) as c ("code") on true
        join "Place" p on p."code" = c."code"
    where k."key" = any(${[...names]}::text[]) order by p."code"`)
  // "New Dongsheng" holds the name of Dongsheng, which is not meant.
  const meant = found.filter(
    ({ key }) => !found.some((other) => other.key.length > key.length && other.key.includes(key)),
  )
  const inside = meant.filter(({ ancestors }) => meant.some(({ code }) => ancestors.includes(code)))
  const villages = (inside.some(({ kind }) => takesReports(kind)) ? inside : meant).filter(
    ({ kind }) => takesReports(kind),
  )
  const others = (inside.length > 0 ? inside : meant).filter(({ kind }) => !takesReports(kind))
  const best = villages.length > 0 ? villages : isWhole ? others : []
  return [
    ...new Map(
      best.map(({ code, names: called, kind }) => [code, { code, names: called, kind }]),
    ).values(),
  ].slice(0, most)
}

/**
 * Writes what places are found by again, where it is not as `spell` makes it now. Returns how many
 * were.
 */
export async function refreshSpellings(
  db: Db,
  spell: (names: PlaceRow['names']) => string,
): Promise<number> {
  let changed = 0
  for (let after = ''; ; ) {
    const rows = await db.prisma.place.findMany({
      where: { code: { gt: after } },
      orderBy: { code: 'asc' },
      // A few at a time: each costs some tenths of a millisecond, and others wait.
      take: 50,
      select: { code: true, names: true, spellings: true },
    })
    for (const { code, names, spellings } of rows) {
      const now = spell(names as Record<string, string>)
      if (now !== spellings)
        changed += (
          await db.prisma.place.updateMany({ where: { code, spellings }, data: { spellings: now } })
        ).count
    }
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.code
  }
  if (changed > 0) await db.read(statement`select "refreshPlaceKeys"()::text`)
  return changed
}

/** How many places a person is asked to choose from. */
const most = 6

/** How many that are spelt alike come before those that only sound alike to Chinese ears. */
const mostAlike = 3

/**
 * How alike trigrams must be, first and else: one wrong letter in the middle of a name of six
 * leaves 0.4.
 */
const likenesses = [0.6, 0.35]

/** How many of a hundred letters of what is heard may differ. */
const mostHeardWrong = 50

/** Places that sound alike to Chinese ears, by how many letters differ. */
async function findHeard(
  db: Transaction,
  heard: string | undefined,
): Promise<readonly { codes: string[] }[]> {
  if (heard === undefined) return []
  const wrong = Math.floor(((heard.length - 1) * mostHeardWrong) / 100)
  return db.read(statement<{ codes: string[] }>`
    select "codes"[1:${most}] as "codes"
    from (select "key", "codes", levenshtein_less_equal("key", ${heard}, ${wrong}) as "wrong"
      from "PlaceKey"
      where left("key", 1) = '~' and length("key") between ${heard.length - wrong}
        and ${heard.length + wrong}) as "near"
    where "wrong" <= ${wrong} order by "wrong", "key" limit ${most}`)
}

/**
 * With a limit PostgreSQL would rather read everything than the index, which takes ten times as
 * long.
 */
async function findAlike(
  db: Transaction,
  keys: readonly string[],
  likeness: number,
): Promise<readonly { codes: string[] }[]> {
  db.write(
    statement`select set_config('pg_trgm.word_similarity_threshold', ${String(likeness)}, true),
      set_config('enable_seqscan', 'off', true)`,
  )
  const alike = await db.read(statement<{ codes: string[] }>`
    with "alike" as materialized (select "key", "codes" from "PlaceKey"
      where "key" %> any(${keys}::text[]) and "key" not like '~%' limit 300)
    select "codes"[1:${most}] as "codes" from "alike"
    order by (select max(word_similarity("typed", "key") + similarity("typed", "key"))
      from unnest(${keys}::text[]) as "typed") desc, "key" limit ${most}`)
  db.write(statement`select set_config('enable_seqscan', 'on', true)`)
  return alike
}

async function placesOf(
  db: Transaction,
  alike: readonly { readonly codes: readonly string[] }[],
): Promise<readonly PlaceRow[]> {
  // Of each name one place, then a second one: many villages are told apart by a number only.
  const inTurn = Array.from({ length: most }, (_, turn) =>
    alike.flatMap((each) => each.codes[turn] ?? []),
  ).flat()
  const codes = [...new Set(inTurn)].slice(0, most)
  const found = await db.read(places.where('code', '=', anyOf(codes, 'text')))
  const byCode = new Map(found.map((place) => [place.code, toPlace(place)]))
  return codes.flatMap((code) => byCode.get(code) ?? [])
}

/** Villages and their like within 10 km of a location, nearest first. */
export async function findPlacesNear(
  db: Db | Transaction,
  { latitude, longitude }: Location,
): Promise<readonly PlaceRow[]> {
  // A degree of latitude has 111 km, one of longitude less by the cosine: enough for ten
  // kilometres.
  const cosine = Math.cos((latitude * Math.PI) / 180)
  const [high, wide] = [10 / 111, 10 / (111 * Math.max(0.01, cosine))]
  const rows = await db.read(statement<PlaceRow>`
    select "code", "names", "kind"::text from "Place"
    where "kind" in ('village', 'community', 'park') and "latitude" between ${latitude - high}
      and ${latitude + high}
      and "longitude" between ${longitude - wide} and ${longitude + wide}
    order by ("latitude" - ${latitude}) ^ 2 + (("longitude" - ${longitude}) * ${cosine}) ^ 2
      limit 3`)
  return rows.map(toPlace)
}

/** Lets names be found that were loaded or changed in this transaction. */
export async function refreshPlaceNames(db: Transaction): Promise<void> {
  await db.read(statement`select "refreshPlaceKeys"()::text`)
}

function toPlace(row: { code: string; names: unknown; kind: string }): PlaceRow {
  return { code: row.code, kind: row.kind, names: row.names as Record<string, string> }
}

/** Whether reports are about this kind of place: the last level. */
export function takesReports(kind: string): boolean {
  return kind === 'village' || kind === 'community' || kind === 'park'
}
