import { randomUUID } from 'node:crypto'
import type { Category } from '../categories/category.ts'
import { queueMessage } from '../mailbox/outbound.store.ts'
import { deadlines, type Priority, targetOf } from '../organisation/deadline.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { anyOf, query } from '../platform/postgres/query.ts'
import { appendMessage } from './append.store.ts'
import { assignTicket, candidatesOfTeam } from './assignment.store.ts'
import { holdsNumber } from './contact.ts'
import { appendEvent } from './history.store.ts'
import { insertTicket, newTicketCode, type Words } from './tickets.store.ts'
import { timersOf } from './timer.ts'

export type NewTicket = {
  readonly conversationId: string
  /** What was written; or the messages of another ticket that become this one's. */
  readonly words: readonly Words[] | { readonly messages: readonly bigint[] }
  readonly placeCode: string
  readonly category: Category
  readonly priority: Priority
  readonly language: string
  /** Of a complaint: whom it is about, in kind, and by name where they are known. */
  readonly concerns?: 'team' | 'above' | 'unsaid' | undefined
  readonly concernedIds?: readonly string[]
  readonly anonymous?: boolean
  /** Whether its reporter hears of it; a program does not. */
  readonly isTold?: boolean
}

/**
 * Opens a ticket of a report, gives it to somebody, and tells the resident its code and by when
 * they hear.
 */
export async function openTicket(work: UnitOfWork, report: NewTicket): Promise<string> {
  const {
    conversationId,
    words,
    placeCode,
    category,
    priority,
    language,
    concerns,
    concernedIds = [],
    anonymous = false,
    isTold = true,
  } = report
  const { tx, at, office } = work
  const confidential = category === 'complaint_staff'
  const code = newTicketCode()
  const target = targetOf(category, priority, office.targets)
  const due = deadlines(target, at, office.calendar)
  const timed = {
    status: 'open',
    byTheClock: target.byTheClock,
    clockFrom: at,
    offerDueAt: undefined,
    resolvedAt: undefined,
    stoppedAt: undefined,
  } as const
  const timer = timersOf(
    { ...timed, resolutionDueAt: due.resolutionDueAt, fired: [] },
    office.calendar,
  )[0]?.at
  const teamId = query.selectFrom('Place').select('teamId').where('code', '=', placeCode)
  const id = randomUUID()
  const concerned = [...concernedIds]
  const row = {
    id,
    code,
    status: 'open',
    category,
    priority,
    placeCode,
    teamId: confidential ? null : teamId,
    conversationId,
    language,
    confidential,
    concerns: concerns ?? null,
    concernedIds: concerned,
    anonymous,
    openedAt: new Date(at),
    clockFrom: new Date(at),
    firstResponseDueAt: new Date(due.firstResponseDueAt),
    resolutionDueAt: new Date(due.resolutionDueAt),
    timerAt: timer === undefined ? null : new Date(timer),
    wordKeyId: await tx.words.newKeyId(),
  } as const
  const [ticket, team] = await Promise.all([
    insertTicket(work, row),
    confidential
      ? undefined
      : candidatesOfTeam(work, { id, confidential, placeCode, concernedIds: concerned }),
  ])
  await appendEvent(work, id, { type: 'opened', by: 'resident', data: { priority, ...due } })
  const items = 'messages' in words ? [] : words
  if ('messages' in words)
    tx.write(
      query
        .updateTable('TicketMessage')
        .set({ ticketId: id, writerId: null })
        .where('id', '=', anyOf(words.messages, 'bigint')),
    )
  for (const item of items) await appendMessage(work, ticket, 'resident', 'report', item)
  if (isTold)
    await queueMessage(work, conversationId, { notice: 'received', code, confidential, ...due })
  if (anonymous) await queueMessage(work, conversationId, { notice: 'anonymous', code })
  if (isTold && items.some(({ text }) => holdsNumber(text)))
    await queueMessage(work, conversationId, { notice: 'numberHidden', code })
  await assignTicket(work, ticket, team)
  return code
}
