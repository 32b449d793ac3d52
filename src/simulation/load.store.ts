import type { Db } from '../platform/postgres/database.ts'
import { statement } from '../platform/postgres/query.ts'

/**
 * How many tickets each member of a team has been given that were opened in a period, in no order
 * and without names.
 */
export async function readLoads(db: Db, from: Date, until: Date): Promise<readonly number[]> {
  const rows = await db.read(statement<{ tickets: number }>`
    select count("Ticket"."id")::int as "tickets" from "Member"
    left join "Ticket" on "Ticket"."assigneeId" = "Member"."id" and "Ticket"."openedAt" >= ${from}
      and "Ticket"."openedAt" < ${until}
    where "Member"."teamId" is not null group by "Member"."id"`)
  return rows.map(({ tickets }) => tickets)
}
