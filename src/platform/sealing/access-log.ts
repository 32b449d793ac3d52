import { createHash, createHmac } from 'node:crypto'
import { day } from '../instant.ts'
import type { Db, Transaction } from '../postgres/database.ts'
import { statement } from '../postgres/query.ts'
import type { AccessRole, Seen, ShownAs } from './access.ts'
import type { KeyRing } from './key-ring.ts'

type Entry = {
  readonly ticketId: string
  readonly memberId: string
  readonly role: AccessRole
  readonly at: Date
  readonly how: string
}

/**
 * The record of who has read what, of openings out of turn and of exports. Each entry seals the one
 * before it with a key that is not in the database (an HMAC chain): who has the database alone can
 * change none, take none away and put none between without it showing (protection P44).
 */
export type AccessRecord = {
  /**
   * Notes that a ticket's text is being shown, before it is: what could not be noted is not shown.
   */
  readonly note: (db: Db | Transaction, entry: Entry & { readonly how: ShownAs }) => Promise<void>
  /** Notes an opening out of turn, with what was said of it. */
  readonly noteOpening: (db: Db | Transaction, opening: Opening) => Promise<void>
  /** Notes an export of figures, with what was asked for. */
  readonly noteExport: (db: Db | Transaction, taken: Export) => Promise<void>
}

type Opening = {
  readonly ticketId: string
  readonly memberId: string
  readonly reason: string
  readonly at: Date
  readonly until: Date
}
type Export = {
  readonly memberId: string
  readonly role: AccessRole
  readonly format: string
  readonly asked: unknown
  readonly at: Date
}

/** Entries that are written together, once it is their turn. */
type Gathering = {
  readonly db: Db | Transaction
  readonly entries: Entry[]
  readonly appended: Promise<void>
}

/** Figures are of no ticket. */
const noTicket = '00000000-0000-0000-0000-000000000000'
const digest = (...parts: readonly string[]) =>
  createHash('sha256').update(parts.join('\n')).digest('base64url')
const openingAs = ({ ticketId, memberId, reason, at, until }: Opening) =>
  `opened ${digest(ticketId, memberId, reason, at.toISOString(), until.toISOString())}`
const exportAs = ({ memberId, role, format, asked, at }: Export) =>
  `exported ${digest(memberId, role, format, sorted(asked), at.toISOString())}`

/** JSON as text, whatever the order of its names: PostgreSQL keeps its own. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
}

/**
 * Opens the record with the keys that seal it. It remembers how the record ended, so that entries
 * are one statement: all that are noted while the last ones are being written.
 */
export function openAccessRecord(keys: KeyRing): AccessRecord {
  const sealer = sealerOf(keys)
  let last: { readonly seq: bigint; readonly seal: Uint8Array | null } = { seq: 0n, seal: null }
  let before: Promise<unknown> = Promise.resolve()
  let gathering: Gathering | undefined
  const append = (db: Db | Transaction, entry: Entry): Promise<void> => {
    if (gathering?.db === db) {
      gathering.entries.push(entry)
      return gathering.appended
    }
    // One after another: many at once would each find that another one was quicker.
    const entries = [entry]
    const appended = before.then(() => {
      if (gathering?.entries === entries) gathering = undefined
      return appendNow(db, entries)
    })
    before = appended.catch(() => {})
    gathering = { db, entries, appended }
    return appended
  }
  const appendNow = async (db: Db | Transaction, entries: readonly Entry[]) => {
    for (;;) {
      let seal = last.seal
      const seals = entries.map((entry) => {
        seal = sealer.seal(seal, entry)
        return Buffer.from(seal)
      })
      const [row] = await db.read(statement<{
        isAppended: boolean
        lastSeq: bigint
        lastSeal: Uint8Array | null
      }>`
        select * from "appendAccesses"(${last.seq},
          ${entries.map(({ ticketId }) => ticketId)}::uuid[],
          ${entries.map(({ memberId }) => memberId)}::uuid[],
          ${entries.map(({ role }) => role)}::text[],
          ${entries.map(({ at }) => at.toISOString())}::timestamptz[],
          ${entries.map(({ how }) => how)}::text[], ${seals}::bytea[])`)
      if (row === undefined) throw new Error('the record of who has read what does not answer')
      last = { seq: row.lastSeq, seal: row.lastSeal }
      if (row.isAppended) return
    }
  }
  return {
    note: append,
    noteOpening: (db, opening) =>
      append(db, { ...opening, role: 'administrator', how: openingAs(opening) }),
    noteExport: (db, taken) => append(db, { ...taken, ticketId: noTicket, how: exportAs(taken) }),
  }
}

/** Who has seen each of these tickets, the latest first. */
export async function whoSaw(
  db: Pick<Db, 'read'>,
  ticketIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Seen[]>> {
  if (ticketIds.length === 0) return new Map()
  const rows = await db.read(statement<Seen & { readonly ticketId: string }>`
    select "ticketId", "role", "how" = 'outOfTurn' as "outOfTurn",
      count(*) filter (where "isNew")::int as "times", max("at") as "lastAt"
    from (
      select *, coalesce("at" - lag("at") over (
        partition by "ticketId", "memberId", "how" = 'outOfTurn' order by "at"
      ) > interval '30 minutes', true) as "isNew"
      from "TextAccess" where "ticketId" = any(${[...ticketIds]}::uuid[])
        and "how" not like 'opened %'
    ) a group by 1, 2, 3 order by "lastAt" desc`)
  const seen = new Map<string, Seen[]>()
  for (const { ticketId, ...each } of rows) {
    const known = seen.get(ticketId) ?? []
    seen.set(ticketId, [...known, each])
  }
  return seen
}

/** How the record stands. */
export type Verified = {
  readonly entries: number
  /** The first entry that does not follow from the one before it. */
  readonly brokenAt: bigint | undefined
  /** Entries of earlier versions, which are chained without a key. */
  readonly unkeyed: number
  /** Entries of keys that are not in the ring any more. */
  readonly unchecked: number
  /** Openings and exports that the record does not have, or not so. */
  readonly missing: number
  readonly newest: Seal | undefined
}

/** An entry's seal with its number, to be kept elsewhere. */
export type Seal = { readonly seq: bigint; readonly seal: string }

const batch = 5_000

/** Goes through the whole record. */
export async function verifyAccess(db: Db, keys: KeyRing): Promise<Verified> {
  const sealer = sealerOf(keys)
  const state = {
    after: 0n,
    seal: null as Uint8Array | null,
    entries: 0,
    unkeyed: 0,
    unchecked: 0,
    keyedFrom: undefined as Date | undefined,
    keyedUntil: 0,
  }
  const noted = new Set<string>()
  for (;;) {
    const rows = await db.prisma.textAccess.findMany({
      where: { seq: { gt: state.after } },
      orderBy: { seq: 'asc' },
      take: batch,
    })
    for (const { seq, seal, ...entry } of rows) {
      const judged = sealer.judge(seal, state.seal, entry as Entry)
      // Copies of the version before wrote without a key for as long as they ran beside this one,
      // and never after.
      const mayBeUnkeyed =
        state.keyedFrom === undefined ||
        Math.max(entry.at.getTime(), state.keyedUntil) < state.keyedFrom.getTime() + day
      if (judged === 'broken' || (judged === 'unkeyed' && !mayBeUnkeyed))
        return { ...toVerified(state), brokenAt: seq, missing: 0 }
      if (judged === 'unkeyed') state.unkeyed += 1
      else {
        state.keyedFrom ??= entry.at
        state.keyedUntil = Math.max(state.keyedUntil, entry.at.getTime())
      }
      if (judged === 'unchecked') state.unchecked += 1
      noted.add(entry.how)
      Object.assign(state, { after: seq, seal, entries: state.entries + 1 })
    }
    if (rows.length < batch) break
  }
  return {
    ...toVerified(state),
    brokenAt: undefined,
    missing: await countMissing(db, noted, state.keyedFrom),
  }
}

function toVerified({
  entries,
  unkeyed,
  unchecked,
  after,
  seal,
}: {
  entries: number
  unkeyed: number
  unchecked: number
  after: bigint
  seal: Uint8Array | null
}) {
  return {
    entries,
    unkeyed,
    unchecked,
    newest:
      seal === null ? undefined : { seq: after, seal: Buffer.from(seal).toString('base64url') },
  }
}

/**
 * Whether an entry has the seal that was kept elsewhere: `undefined` where there is no such entry.
 */
export async function hasSeal(db: Db, { seq, seal }: Seal): Promise<boolean | undefined> {
  const row = await db.prisma.textAccess.findUnique({ where: { seq }, select: { seal: true } })
  return row === null ? undefined : Buffer.from(row.seal).toString('base64url') === seal
}

/** Openings and exports since the record has them that are not in it, word for word. */
async function countMissing(
  db: Db,
  noted: ReadonlySet<string>,
  since: Date | undefined,
): Promise<number> {
  if (since === undefined) return 0
  const openings = await db.prisma.breakGlass.findMany({ where: { at: { gte: since } } })
  const exports = await db.prisma.figureExport.findMany({ where: { at: { gte: since } } })
  const all = [
    ...openings.map(openingAs),
    ...exports.map((each) => exportAs({ ...each, role: each.role as AccessRole })),
  ]
  return all.filter((how) => !noted.has(how)).length
}

const markBytes = 4

/** Makes and judges seals: a key's mark, and an HMAC of the seal before it and the entry. */
function sealerOf(keys: KeyRing) {
  const secrets = keys
    .secretsFor('record of readings')
    .map((secret) => Buffer.from(secret, 'base64'))
  const marks = keys.marks.map((mark) => Buffer.from(mark))
  const sealWith = (nth: number, before: Uint8Array | null, entry: Entry) =>
    Buffer.concat([
      marks[nth] ?? Buffer.alloc(markBytes),
      createHmac('sha256', secrets[nth] ?? '')
        .update(before ?? new Uint8Array())
        .update(textOf(entry))
        .digest(),
    ])
  return {
    seal: (before: Uint8Array | null, entry: Entry) => sealWith(0, before, entry),
    judge: (
      seal: Uint8Array,
      before: Uint8Array | null,
      entry: Entry,
    ): 'keyed' | 'unkeyed' | 'unchecked' | 'broken' => {
      if (seal.length === 32) {
        const expected = createHash('sha256')
          .update(before ?? new Uint8Array())
          .update(textOf(entry))
          .digest()
        return expected.equals(seal) ? 'unkeyed' : 'broken'
      }
      const nth = marks.findIndex((mark) => mark.equals(seal.subarray(0, markBytes)))
      if (nth === -1) return 'unchecked'
      return sealWith(nth, before, entry).equals(seal) ? 'keyed' : 'broken'
    },
  }
}

function textOf({ ticketId, memberId, role, at, how }: Entry): string {
  return [ticketId, memberId, role, at.toISOString(), how].join('\n')
}
