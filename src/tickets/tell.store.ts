import type { Notice } from '../mailbox/notice.ts'
import { queueMessage, tellMember } from '../mailbox/outbound.store.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { query } from '../platform/postgres/query.ts'
import { inTransit } from '../platform/sealing/sealed-text.ts'
import { type Locked, newTicketCode, type Words } from './tickets.store.ts'

/** Tells the resident who wrote it, and nobody else. Words in it are the team's. */
export async function tellReporter(
  work: UnitOfWork,
  ticket: Locked,
  ...notices: readonly Notice[]
): Promise<void> {
  if (ticket.conversationId === null) return
  const sealed = await work.tx.words.seal(ticket.id, notices, inTransit)
  await queueMessage(
    work,
    ticket.conversationId,
    ...sealed.map((notice) => ofTicket(ticket, notice)),
  )
}

/** Tells everybody whose matter it is: who wrote it and who joined. */
export async function tellResidents(
  work: UnitOfWork,
  ticket: Locked,
  ...notices: readonly Notice[]
): Promise<void> {
  await tellReporter(work, ticket, ...notices)
  await tellFollowers(work, ticket, ...notices)
}

/**
 * Tells those who joined; each reads the code that the ticket has in their own chat (protection
 * P43).
 */
export async function tellFollowers(
  work: UnitOfWork,
  ticket: Locked,
  ...notices: readonly Notice[]
): Promise<void> {
  const followers = await work.tx.read(
    query
      .selectFrom('Follower')
      .select(['id', 'conversationId', 'alias'])
      .where('ticketId', '=', ticket.id),
  )
  if (followers.length === 0) return
  const sealed = await work.tx.words.seal(ticket.id, notices, inTransit)
  for (const { id, conversationId, alias } of followers) {
    const code = alias ?? nameForFollower(work, id)
    await queueMessage(
      work,
      conversationId,
      ...sealed.map((notice) => ({ ...ofTicket(ticket, notice), code }) as Notice),
    )
  }
}

/** News of a ticket for its assignee. */
type What = (Notice & { notice: 'news' })['what']

/** Tells the assignee what has become of a ticket; nobody where nobody has it. */
export async function tellAssignee(
  work: UnitOfWork,
  { id: ticketId, code, assigneeId }: Pick<Locked, 'id' | 'code' | 'assigneeId'>,
  what: What,
  text = '',
): Promise<void> {
  if (assigneeId !== null)
    await tellMember(work, assigneeId, { notice: 'news', what, code, ticketId, text })
}

/** Gives a ticket its code in the chat of somebody who joined it before there were such codes. */
function nameForFollower({ tx }: UnitOfWork, id: string): string {
  const alias = newTicketCode()
  tx.write(query.updateTable('Follower').set({ alias }).where('id', '=', id))
  return alias
}

/**
 * A notice of a complaint about staff says so, so that its text names nobody of a team (protection
 * P07).
 */
export function ofTicket({ confidential }: Pick<Locked, 'confidential'>, notice: Notice): Notice {
  return confidential ? ({ ...notice, confidential } as Notice) : notice
}

/**
 * The photos and voice notes of what was written to a ticket, as messages to those whose matter it
 * is.
 */
export function filesOf(
  { id: ticketId, code }: Pick<Locked, 'id' | 'code'>,
  { files }: Words,
): readonly Notice[] {
  return files.map((attachmentId) => ({ notice: 'file' as const, code, attachmentId, ticketId }))
}
