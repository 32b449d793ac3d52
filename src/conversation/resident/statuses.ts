import type { Category } from '../../categories/category.ts'
import type { MessageKey } from '../../language/catalogue.ts'
import type { Button, Params } from '../../language/render.ts'
import type { ResidentEffect } from '../effects.ts'
import type { EndedFact, Facts, TicketFact } from './facts.ts'
import { button, say } from './questions.ts'

/**
 * Where each ticket of this chat stands, with what the resident can do about it; and what ended
 * lately.
 */
export function showStatus({ tickets, following, ended }: Facts): readonly ResidentEffect[] {
  if (tickets.length + following.length + ended.length === 0) return [say('status.none')]
  const none = tickets.length + following.length === 0 ? [say('status.none')] : []
  return [
    ...none,
    ...tickets.slice(0, 5).map(showOwn),
    ...following.slice(0, 5).map(showFollowed),
    ...ended.slice(0, 5).map(showEnded),
  ]
}

/** Where one ticket stands. */
export function showOwn(ticket: TicketFact): ResidentEffect {
  const params = statusParams(ticket)
  if (ticket.status === 'resolved')
    return {
      do: 'say',
      saying: { key: 'status.resolvedTicket', params, buttons: helpedButtons(ticket.code) },
    }
  const key = ticket.asked ? 'status.ticketWaitsForYou' : 'status.ticket'
  return {
    do: 'say',
    saying: {
      key,
      params,
      buttons: [
        [
          button('button.addTo', `addTo:${ticket.code}`),
          button('button.withdraw', `withdraw:${ticket.code}`),
        ],
      ],
    },
  }
}

function showFollowed(ticket: TicketFact): ResidentEffect {
  const buttons = [[{ label: { key: 'button.notMine' as const }, data: `unfollow:${ticket.code}` }]]
  return { do: 'say', saying: { key: 'status.followed', params: statusParams(ticket), buttons } }
}

/** What became of a ticket that ended lately. */
export function showEnded({ code, category, place, status, endedAt }: EndedFact): ResidentEffect {
  return say('status.ended', {
    code: { code },
    category: { key: `category.${category}` },
    place: { names: place.names },
    status: { key: `status.${status}` },
    at: { at: endedAt },
  })
}

function statusParams(ticket: TicketFact): Params {
  return {
    code: { code: ticket.code },
    category: { key: `category.${ticket.category}` },
    place: { names: ticket.place.names },
    status: { key: statusKey(ticket.status, ticket.category) },
    dueAt: { at: ticket.dueAt },
  }
}

/** A complaint about staff is with nobody of a team, and is never said to be. */
function statusKey(status: TicketFact['status'], category: Category): MessageKey {
  return category === 'complaint_staff' && status === 'assigned'
    ? 'status.assignedAbove'
    : `status.${status}`
}

/** Asked once a ticket is resolved: did it help? */
export function helpedButtons(code: string): readonly (readonly Button[])[] {
  return [[button('button.helped', `yes:${code}`)], [button('button.notHelped', `no:${code}`)]]
}
