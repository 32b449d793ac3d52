import type { Db } from '../../src/platform/postgres/database.ts'

/**
 * Fills a store with tickets of the past, without texts: spread over the villages, the weeks, the
 * hours of the day and the categories, nine of ten over, one of eight answered late. For benches,
 * and for pages to look at.
 */
export async function makeTickets(db: Db, count: number, days: number): Promise<void> {
  for (let from = 0; from < count; from += 100_000) {
    await db.prisma.$executeRaw`
      with "served" as (
        select "Place"."code" as "place", "Place"."teamId" as "team", (select "id" from "Member" where "Member"."teamId" = "Place"."teamId" limit 1) as "member",
          row_number() over (order by "Place"."code") - 1 as "nth"
        from "Place" where "Place"."teamId" is not null
      ), "size" as (select count(*) as "villages" from "served"
      ), "drawn" as (
        select "n", "n" * 7919 % "villages" as "nth", random() as "luck", random() as "mood", random() as "pace",
          (now() - random() ^ 1.2 * ${`${days} days`}::interval)::date + make_interval(mins => (480 + 600 * (random() + random()) / 2)::int) as "openedAt"
        from generate_series(${from}::bigint, ${Math.min(count, from + 100_000) - 1}::bigint) as "n", "size"
      ), "timed" as (
        select *, least("openedAt", now()) as "opened", make_interval(mins => (15 + 480 * "pace" ^ 3)::int) as "toAnswer", make_interval(mins => (240 + 9000 * "luck" * "pace")::int) as "toSolve",
          case when "luck" < 0.9 or now() - "openedAt" > interval '20 days' then 'closed' when "luck" < 0.94 then 'resolved' when "luck" < 0.98 then 'accepted' when "member" is null then 'open' else 'assigned' end as "is"
        from "drawn" join "served" using ("nth")
      )
      insert into "Ticket" ("id", "code", "status", "category", "placeCode", "teamId", "assigneeId", "language", "openedAt", "clockFrom", "firstResponseDueAt", "resolutionDueAt",
        "assignedAt", "acceptedAt", "firstResponseAt", "resolvedAt", "closedAt", "closedBy", "satisfied", "reopenedCount", "firstResponseWorkSeconds", "resolutionWorkSeconds")
      select gen_random_uuid(), 'JW-' || lpad("n"::text, 10, '0'), "is"::"TicketStatus",
        (array['road', 'street_light', 'drinking_water', 'irrigation', 'electricity', 'heating', 'waste', 'housing', 'health', 'school', 'jobs', 'farming', 'tourism', 'land', 'documents', 'other'])[1 + floor("mood" ^ 2 * 16)::int],
        "place", "team", "member", 'zh-Hans', "opened", "opened", "opened" + interval '6 hours', "opened" + interval '5 days',
        "opened" + interval '1 minute', case when "is" <> 'assigned' then "opened" + "toAnswer" end, case when "is" <> 'assigned' then "opened" + "toAnswer" end,
        case when "is" in ('resolved', 'closed') then "opened" + "toSolve" end, case when "is" = 'closed' then "opened" + "toSolve" + interval '1 day' end,
        case when "is" = 'closed' then case when "mood" < 0.6 then 'resident' else 'timer' end end, case when "is" = 'closed' and "mood" < 0.5 then "mood" < 0.42 end,
        case when "mood" > 0.95 then 1 else 0 end,
        case when "is" <> 'assigned' then extract(epoch from "toAnswer")::int end, case when "is" in ('resolved', 'closed') then extract(epoch from "toSolve")::int / 3 end
      from "timed"`
  }
  await db.prisma.$executeRaw`analyze "Ticket"`
}
