import type { Instant } from '../domain/instant.ts'
import type { Office } from '../domain/office.ts'
import type { Nudge } from '../queue/catalogue.ts'
import { type Change, change, type Db } from '../store/connection.ts'
import { announce } from '../store/live.ts'

/** Does something to a ticket in a transaction of its own, such as giving it to who fits now, or what the clock asks. */
export function ticketHandler(
  {
    db,
    office,
    now,
    nudge,
  }: {
    readonly db: Db
    readonly office: () => Promise<Office>
    readonly now: () => Instant
    readonly nudge: Nudge
  },
  work: (change: Change, ticketId: string) => Promise<unknown>,
): (payload: { readonly id: string }) => Promise<void> {
  return async ({ id }) => {
    const { told, hooked, seen } = await change(db, await office(), now(), (each) => work(each, id))
    await nudge('delivery', told)
    await nudge('webhook', hooked)
    await announce(db, ...seen)
  }
}
