import type { Instant } from '../domain/instant.ts'
import type { Office } from '../domain/office.ts'
import type { Nudge } from '../queue/catalogue.ts'
import { change, type Db } from '../store/connection.ts'
import { fireTimers } from '../store/ticket-timers.ts'

/** Does what the clock asks of a ticket by now: moves offers on, reminds, escalates, closes. */
export function deadlineHandler({
  db,
  office,
  now,
  nudge,
}: {
  readonly db: Db
  readonly office: () => Promise<Office>
  readonly now: () => Instant
  readonly nudge: Nudge
}): (payload: { readonly id: string }) => Promise<void> {
  return async ({ id }) => {
    const { told } = await change(db, await office(), now(), (each) => fireTimers(each, id))
    await nudge('delivery', told)
  }
}
