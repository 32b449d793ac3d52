import { query } from '../platform/postgres/query.ts'

/**
 * The messages of a ticket that its reporter has written, or one of those who joined. An earlier
 * version marked what those wrote who joined by its kind alone.
 */
export function messagesOf(ticketId: string, writerId: string | undefined) {
  const messages = query.selectFrom('TicketMessage').select('id').where('ticketId', '=', ticketId)
  return writerId === undefined
    ? messages
        .where('by', '=', 'resident')
        .where('writerId', 'is', null)
        .where('kind', '<>', 'joined')
    : messages.where('writerId', '=', writerId)
}
