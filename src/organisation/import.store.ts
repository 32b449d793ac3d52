import { randomUUID } from 'node:crypto'
import { searchText } from '../language/place-name.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import { minutesOf } from './cell-text.ts'
import type { Row, TableName } from './columns.ts'
import { readOrganisation } from './export.store.ts'
import { saveCalendar, saveTargets } from './office.store.ts'
import { refreshPlaceNames } from './places.store.ts'
import { type Effect, type Plan, planImport, toShift } from './plan.ts'
import type { Tables } from './tables.ts'

/** How far an import is: rows written, of how many. */
export type Progress = (done: number, of: number) => void

/**
 * Brings the organisation to what files say, all or nothing. With `dryRun` nothing changes and the
 * plan says what would.
 *
 * @returns the plan; where something is wrong with it, nothing was changed.
 */
export async function importOrganisation(
  db: Db,
  given: Tables,
  {
    dryRun,
    at,
    progress = () => {},
  }: { readonly dryRun: boolean; readonly at: Date; readonly progress?: Progress },
): Promise<Plan> {
  return db.transaction(async (tx) => {
    // Two imports at once would each compare with what the other is about to change.
    tx.write(statement`select pg_advisory_xact_lock(hashtext('organisation'))`)
    const plan = planImport(given, await readOrganisation(tx))
    if (dryRun || plan.wrong.length > 0) return plan
    await apply(tx, plan.effects, at, progress)
    return plan
  })
}

const batchSize = 2_000

type Step = readonly [
  table: TableName,
  does: readonly Effect['does'][],
  work: (tx: Transaction, rows: readonly Row[], at: Date) => Promise<unknown>,
]

/**
 * In this order, as rows refer to one another: places stand before their teams, and get theirs
 * after.
 */
const steps: readonly Step[] = [
  ['places', ['new'], createPlaces],
  ['teams', ['new'], createTeams],
  ['teams', ['changed'], updateTeams],
  ['places', ['new', 'changed'], updatePlaces],
  ['members', ['new'], createMembers],
  ['members', ['new', 'changed'], updateMembers],
  ['roster', ['gone', 'changed'], deleteShifts],
  ['roster', ['new', 'changed'], createShifts],
  ['deadlines', ['new', 'changed'], (tx, rows) => saveTargets(tx, rows.map(toTarget))],
  ['calendar', ['new', 'changed'], (tx, rows) => saveCalendar(tx, rows.map(toDay))],
]

async function apply(
  tx: Transaction,
  effects: readonly Effect[],
  at: Date,
  progress: Progress,
): Promise<void> {
  const todo = steps.map(([table, does, work]) => ({
    work,
    rows: effects
      .filter((effect) => effect.table === table && does.includes(effect.does))
      .map(({ cells }) => cells),
  }))
  const all = todo.reduce((sum, { rows }) => sum + rows.length, 0)
  const state = { done: 0 }
  for (const { work, rows } of todo)
    for (let from = 0; from < rows.length; from += batchSize) {
      const batch = rows.slice(from, from + batchSize)
      await work(tx, batch, at)
      state.done += batch.length
      progress(state.done, all)
    }
  if (!effects.some(({ table, does }) => table === 'places' && does !== 'same')) return
  await renewAncestors(tx)
  await refreshPlaceNames(tx)
}

async function createPlaces(tx: Transaction, rows: readonly Row[]): Promise<void> {
  tx.write(
    query.insertInto('Place').values(
      rows.map((row) => ({
        code: text(row, 'code'),
        kind: row['kind'] as 'village',
        names: '{}',
        spellings: '',
        ancestors: [],
      })),
    ),
  )
}

async function createTeams(tx: Transaction, rows: readonly Row[]): Promise<void> {
  tx.write(
    query.insertInto('Team').values(
      rows.map((row) => ({
        id: randomUUID(),
        code: text(row, 'code'),
        placeCode: text(row, 'place'),
        names: JSON.stringify(namesOf(row)),
      })),
    ),
  )
}

async function createMembers(tx: Transaction, rows: readonly Row[]): Promise<void> {
  const blank = { name: '', role: 'member' as const, reads: [], skills: [], language: 'zh-Hans' }
  tx.write(
    query
      .insertInto('Member')
      .values(rows.map((row) => ({ id: randomUUID(), code: text(row, 'code'), ...blank }))),
  )
}

async function updatePlaces(tx: Transaction, rows: readonly Row[]): Promise<void> {
  const column = (name: string) => rows.map((row) => text(row, name))
  tx.write(statement`
    update "Place" p set "kind" = s."kind"::"PlaceKind", "parentCode" = nullif(s."parent", ''),
      "teamId" = t."id",
      -- Forms in other scripts are kept, but not one that was made from another name.
      "names" = (p."names" - 'zh-Hans' - 'ug-Arab' - 'kk-Cyrl'
        - case when p."names"->>'zh-Hans' is distinct from s."names"::jsonb->>'zh-Hans'
          then array['zh-Hant'] else array[]::text[] end
        - case when p."names"->>'ug-Arab' is distinct from s."names"::jsonb->>'ug-Arab'
          then array['ug-Latn', 'ug-Cyrl'] else array[]::text[] end
        - case when p."names"->>'kk-Cyrl' is distinct from s."names"::jsonb->>'kk-Cyrl'
          then array['kk-Arab', 'kk-Latn'] else array[]::text[] end) || s."names"::jsonb,
      "spellings" = s."spellings", "latitude" = nullif(s."latitude", '')::float8,
        "longitude" = nullif(s."longitude", '')::float8
    from unnest(${column('code')}::text[], ${column('kind')}::text[], ${column('parent')}::text[],
      ${column('team')}::text[],
      ${rows.map((row) => JSON.stringify(namesOf(row)))}::text[], ${rows.map((row) => searchText(namesOf(row)))}::text[],
      ${column('latitude')}::text[], ${column('longitude')}::text[]) as s("code", "kind", "parent",
        "team", "names", "spellings", "latitude", "longitude")
      left join "Team" t on t."code" = s."team"
    where p."code" = s."code"`)
}

/** Who lies in what: from the top down, for all places at once. */
async function renewAncestors(tx: Transaction): Promise<void> {
  tx.write(statement`
    with recursive "tree" as (
      select "code", '{}'::text[] as "ancestors" from "Place" where "parentCode" is null
      union all select p."code", t."ancestors" || t."code" from "Place" p
        join "tree" t on p."parentCode" = t."code"
    )
    update "Place" p set "ancestors" = t."ancestors" from "tree" t where t."code" = p."code"
      and p."ancestors" is distinct from t."ancestors"`)
}

async function updateTeams(tx: Transaction, rows: readonly Row[]): Promise<void> {
  const column = (name: string) => rows.map((row) => text(row, name))
  tx.write(statement`
    update "Team" t set "placeCode" = s."place", "names" = s."names"::jsonb
    from unnest(${column('code')}::text[], ${column('place')}::text[],
      ${rows.map((row) => JSON.stringify(namesOf(row)))}::text[]) as s("code", "place", "names")
    where t."code" = s."code"`)
}

/**
 * Who leaves gets nothing new and is signed out everywhere; what they have in hand is theirs until
 * a lead gives it on.
 */
async function updateMembers(tx: Transaction, rows: readonly Row[], at: Date): Promise<void> {
  const column = (name: string) => rows.map((row) => text(row, name))
  tx.write(statement`
    update "Member" m set "name" = s."name", "role" = s."role"::"Role", "teamId" = t."id",
      "areaCode" = nullif(s."area", ''),
      "reads" = string_to_array(s."reads", ' '), "skills" = string_to_array(s."skills", ' '), "language" = s."language",
      "leftAt" = case when s."left" = '' then null else coalesce(m."leftAt", ${at}) end
    from unnest(${column('code')}::text[], ${column('name')}::text[], ${column('role')}::text[],
      ${column('team')}::text[], ${column('area')}::text[],
      ${column('reads')}::text[], ${column('skills')}::text[], ${column('language')}::text[], ${column('left')}::text[])
      as s("code", "name", "role", "team", "area", "reads", "skills", "language", "left") left
        join "Team" t on t."code" = s."team"
    where m."code" = s."code"`)
  tx.write(statement`
    update "StaffSession" set "endedAt" = ${at} from "Member" m
      where m."id" = "StaffSession"."memberId" and m."leftAt" is not null and "endedAt" is null`)
}

async function deleteShifts(tx: Transaction, rows: readonly Row[]): Promise<void> {
  const shifts = rows.map(toShift)
  tx.write(statement`
    delete from "Shift" using "Member" m, unnest(${rows.map((row) => text(row, 'member'))}::text[],
      ${shifts.map(({ weekday }) => weekday)}::int[],
      ${shifts.map(({ fromMinute }) => fromMinute)}::int[]) as s("member", "weekday", "from")
    where m."code" = s."member" and "Shift"."memberId" = m."id" and "Shift"."weekday" = s."weekday"
      and "Shift"."fromMinute" = s."from"`)
}

async function createShifts(tx: Transaction, rows: readonly Row[]): Promise<void> {
  const shifts = rows.map(toShift)
  tx.write(statement`
    insert into "Shift" ("memberId", "weekday", "fromMinute", "untilMinute")
    select m."id", s."weekday", s."from", s."until"
    from unnest(${rows.map((row) => text(row, 'member'))}::text[],
      ${shifts.map(({ weekday }) => weekday)}::int[],
      ${shifts.map(({ fromMinute }) => fromMinute)}::int[],
      ${shifts.map(({ untilMinute }) => untilMinute)}::int[]) as s("member", "weekday", "from",
        "until") join "Member" m on m."code" = s."member"`)
}

function toTarget(row: Row): Parameters<typeof saveTargets>[1][number] {
  return {
    category: text(row, 'category'),
    priority: text(row, 'priority'),
    firstResponseMinutes: minutesOf(text(row, 'first_response')),
    resolutionMinutes: minutesOf(text(row, 'resolution')),
    byTheClock: row['counts'] === 'clock',
  }
}

function toDay(row: Row): Parameters<typeof saveCalendar>[1][number] {
  return {
    day: text(row, 'day'),
    periods: text(row, 'periods')
      .split(' ')
      .filter((period) => period !== ''),
    note: text(row, 'note'),
  }
}

/** What a row's place or team is called, by language, as far as its cells say it. */
export function namesOf(row: Row): Record<string, string> {
  const names = {
    'zh-Hans': text(row, 'name_zh'),
    'ug-Arab': text(row, 'name_ug'),
    'kk-Cyrl': text(row, 'name_kk'),
  }
  return Object.fromEntries(Object.entries(names).filter(([, name]) => name !== ''))
}

function text(row: Row, column: string): string {
  return row[column] ?? ''
}
