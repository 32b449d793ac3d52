import type { Category } from '../../categories/category.ts'
import { type PlaceRow, placeKey, takesReports } from '../../organisation/places.store.ts'
import type { UnitOfWork } from '../../organisation/unit-of-work.store.ts'
import { day, type Instant } from '../../platform/instant.ts'
import { query } from '../../platform/postgres/query.ts'
import type { EndedFact, Facts, PlaceFact, TicketFact } from './facts.ts'
import { readEndedTickets, readOpenTickets } from './open-tickets.store.ts'

/**
 * Tickets that a chat may be about, the latest first: its own (`t.conversationId`) and those that
 * it has joined (`f`). Each has the code that it has in this chat.
 */
export function ticketsOfChat(conversationId: string) {
  return query
    .selectFrom('Ticket as t')
    .leftJoin('Follower as f', (join) =>
      join.onRef('f.ticketId', '=', 't.id').on('f.conversationId', '=', conversationId),
    )
    .select((each) => [
      't.id',
      't.category',
      each
        .case()
        .when('t.conversationId', '=', conversationId)
        .then(each.ref('t.code'))
        .else(each.fn.coalesce('f.alias', 't.code'))
        .end()
        .as('code'),
    ])
    .$narrowType<{ category: Category }>()
    .orderBy('t.openedAt', 'desc')
}

/** How long a ticket that ended is shown with the status. */
const endedShown = 30 * day

export async function loadEnded(
  tx: UnitOfWork['tx'],
  conversationId: string,
  at: Instant,
): Promise<readonly EndedFact[]> {
  const rows = await readEndedTickets(tx, conversationId, new Date(at - endedShown))
  return rows.map(({ code, category, status, endedAt, placeCode, placeNames, placeKind }) => ({
    code,
    category: category as Category,
    status: status as EndedFact['status'],
    endedAt: endedAt.getTime(),
    place: toPlaceFact({ code: placeCode, names: placeNames, kind: placeKind }),
  }))
}

/** How many tickets `/unsafe` offers. */
const mostTakeable = 8

/**
 * What is not taken back, the latest first: also what is over, and what this resident has joined.
 */
export async function loadTakeable(
  tx: UnitOfWork['tx'],
  conversationId: string,
): Promise<Facts['takeable']> {
  return tx.read(
    ticketsOfChat(conversationId)
      .where((each) =>
        each.or([
          each('t.conversationId', '=', conversationId).and('t.status', '<>', 'withdrawn'),
          each('f.id', 'is not', null).and('t.status', 'in', [
            'open',
            'assigned',
            'accepted',
            'resolved',
          ]),
        ]),
      )
      .limit(mostTakeable),
  )
}

/** In one statement: every turn asks for it. */
export async function loadTickets(
  tx: UnitOfWork['tx'],
  whose: 'own' | 'joined',
  conversationId: string,
): Promise<readonly TicketFact[]> {
  const rows = await readOpenTickets(tx, whose, conversationId)
  return rows.map(({ placeCode, placeNames, placeKind, dueAt, category, status, ...row }) => ({
    ...row,
    category: category as Category,
    status: status as TicketFact['status'],
    place: toPlaceFact({ code: placeCode, names: placeNames, kind: placeKind }),
    dueAt: dueAt.getTime(),
  }))
}

export function toPlaceFact(place: PlaceRow): PlaceFact {
  return {
    code: place.code,
    key: placeKey(place.code),
    names: place.names,
    takesReports: takesReports(place.kind),
  }
}
