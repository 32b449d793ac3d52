import type { Db } from '../connection.ts'
import { Prisma } from '../generated/client.ts'

/** No figure stands for fewer than five tickets (protection P22): a smaller one is `undefined`. */
export const fewest = 5

/** Whose answers are looked at: the tickets opened in a period, of an area, a team, a category. */
export type Scope = {
  readonly areaCode: string
  readonly from: Date
  readonly until: Date
  readonly teamId?: string
  readonly category?: string
}

/** Median and 90th percentile, in seconds of working time. */
export type Spread = { readonly medianSeconds: number; readonly p90Seconds: number } | undefined

/** The three rates, as shares from 0 to 1, with what they leave out beside them. `docs/rates.md` says what each counts. */
export type Rates = {
  readonly responded: number | undefined
  readonly resolved: number | undefined
  readonly satisfied: number | undefined
  readonly closedUnheardOrUnfixed: number | undefined
  readonly firstResponse: Spread
  readonly resolution: Spread
}

type Row = Record<
  | 'respondedOf'
  | 'responded'
  | 'resolvedOf'
  | 'resolved'
  | 'satisfiedOf'
  | 'satisfied'
  | 'closedOf'
  | 'closedPoorly'
  | 'answered'
  | 'solved'
  | 'answeredMedian'
  | 'answeredP90'
  | 'solvedMedian'
  | 'solvedP90',
  number | null
>

/** How residents were answered, as of `now`. Complaints about staff are in no figure: not even their number may tell (P07). */
export async function readRates(db: Db, { areaCode, from, until, teamId, category }: Scope, now: Date): Promise<Rates> {
  const [row] = await db.$queryRaw<Row[]>`
    select
      count(*) filter (where "firstResponseAt" is not null or "firstResponseDueAt" < ${now})::int as "respondedOf",
      count(*) filter (where "firstResponseAt" <= "firstResponseDueAt")::int as "responded",
      count(*) filter (where "resolvedAt" is not null or "resolutionDueAt" < ${now})::int as "resolvedOf",
      count(*) filter (where "resolvedAt" <= "resolutionDueAt")::int as "resolved",
      count("satisfied")::int as "satisfiedOf",
      count(*) filter (where "satisfied")::int as "satisfied",
      count(*) filter (where "status" = 'closed')::int as "closedOf",
      count(*) filter (where "status" = 'closed' and ("closedBy" = 'timer' or "satisfied" is false))::int as "closedPoorly",
      count("firstResponseWorkSeconds")::int as "answered",
      count("resolutionWorkSeconds")::int as "solved",
      percentile_cont(0.5) within group (order by "firstResponseWorkSeconds")::float8 as "answeredMedian",
      percentile_cont(0.9) within group (order by "firstResponseWorkSeconds")::float8 as "answeredP90",
      percentile_cont(0.5) within group (order by "resolutionWorkSeconds")::float8 as "solvedMedian",
      percentile_cont(0.9) within group (order by "resolutionWorkSeconds")::float8 as "solvedP90"
    from "Ticket" join "Place" on "Place"."code" = "Ticket"."placeCode"
    where ("Place"."ancestors" @> array[${areaCode}]::text[] or "Place"."code" = ${areaCode}) and not "confidential" and "status" <> 'withdrawn'
      and "openedAt" >= ${from} and "openedAt" < ${until}
      ${teamId === undefined ? Prisma.empty : Prisma.sql`and "Ticket"."teamId" = ${teamId}::uuid`}
      ${category === undefined ? Prisma.empty : Prisma.sql`and "category" = ${category}`}`
  const of = (name: keyof Row) => row?.[name] ?? 0
  const share = (part: keyof Row, whole: keyof Row) => (of(whole) < fewest ? undefined : of(part) / of(whole))
  const spread = (count: keyof Row, median: keyof Row, p90: keyof Row): Spread =>
    of(count) < fewest ? undefined : { medianSeconds: of(median), p90Seconds: of(p90) }
  return {
    responded: share('responded', 'respondedOf'),
    resolved: share('resolved', 'resolvedOf'),
    satisfied: share('satisfied', 'satisfiedOf'),
    closedUnheardOrUnfixed: share('closedPoorly', 'closedOf'),
    firstResponse: spread('answered', 'answeredMedian', 'answeredP90'),
    resolution: spread('solved', 'solvedMedian', 'solvedP90'),
  }
}
