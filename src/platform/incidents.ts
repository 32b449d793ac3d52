import { day, hour } from './instant.ts'
import type { Db } from './postgres/database.ts'
import { statement } from './postgres/query.ts'

/** What an operator should know of. */
type Incident = `quota ${string}` | `decoder ${string}` | `speech ${string}`

/** Counts incidents in memory, and adds them to their hours when it is told to. */
export type Incidents = {
  readonly count: (what: Incident) => void
  readonly save: (db: Db, at: Date) => Promise<void>
}

const keptMs = 7 * day

/** Opens the counts of this process. Those of the last minute are lost where it is killed. */
export function openIncidents(): Incidents {
  let counts = new Map<Incident, number>()
  return {
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    save: async (db, at) => {
      if (counts.size === 0) return
      const taken = counts
      counts = new Map()
      const thisHour = new Date(Math.floor(at.getTime() / hour) * hour)
      const [names, numbers] = [[...taken.keys()], [...taken.values()]]
      await db.affect(statement`
        insert into "Incident" ("what", "hour", "count")
        select "what", ${thisHour}, "count" from unnest(${names}::text[],
          ${numbers}::int[]) as n("what", "count")
        on conflict ("what", "hour") do update set "count" = "Incident"."count" + excluded."count"`)
    },
  }
}

/** How often each incident was in the 24 hours before `at`, the most frequent first. */
export async function readIncidents(
  db: Db,
  at: Date,
): Promise<readonly { readonly what: string; readonly count: number }[]> {
  return db.read(statement<{ what: string; count: number }>`
    select "what", sum("count")::int as "count" from "Incident"
      where "hour" > ${new Date(at.getTime() - day)} group by 1 order by 2 desc, 1`)
}

/** Erases what is older than a week. */
export async function forgetIncidents(db: Db, at: Date): Promise<void> {
  await db.prisma.incident.deleteMany({ where: { hour: { lt: new Date(at.getTime() - keptMs) } } })
}
