import type { Instant } from '../domain/instant.ts'
import type { Office } from '../domain/office.ts'
import type { Nudge } from '../queue/catalogue.ts'
import { assignOpenTicket } from '../store/assignments.ts'
import { change, type Db } from '../store/connection.ts'

/** Gives a ticket that waits for somebody to who fits now, in a transaction of its own. */
export function assignmentHandler({
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
    const { told } = await change(db, await office(), now(), (each) => assignOpenTicket(each, id))
    await nudge('delivery', told)
  }
}
