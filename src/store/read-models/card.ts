import type { Category } from '../../domain/category.ts'
import { masked } from '../../domain/contact.ts'
import type { CardFacts } from '../../domain/notice.ts'
import type { Db } from '../connection.ts'

/** A ticket's card as it is now, and whose it is. */
export async function loadCard(db: Db, ticketId: string): Promise<(CardFacts & { readonly assigneeId: string | null }) | undefined> {
  const row = await db.ticket.findUnique({
    where: { id: ticketId },
    select: {
      code: true,
      status: true,
      category: true,
      assigneeId: true,
      priority: true,
      firstResponseAt: true,
      firstResponseDueAt: true,
      resolutionDueAt: true,
      place: { select: { names: true } },
      conversation: { select: { unreachableAt: true } },
      _count: { select: { followers: true } },
      messages: { orderBy: { id: 'asc' }, select: { by: true, text: true, numbersShown: true, _count: { select: { attachments: true } } } },
    },
  })
  if (row === null) return undefined
  return {
    code: row.code,
    status: row.status,
    category: row.category as Category,
    placeNames: row.place.names as Record<string, string>,
    dueAt: (row.firstResponseAt === null ? row.firstResponseDueAt : row.resolutionDueAt).getTime(),
    messages: row.messages.map(({ by, text, numbersShown, _count }) => ({
      by: by === 'member' ? 'member' : 'resident',
      text: numbersShown ? text : masked(text),
      files: _count.attachments,
    })),
    isUrgent: row.priority === 'danger',
    reportedBy: row._count.followers + 1,
    residentUnreachable: row.conversation?.unreachableAt != null,
    assigneeId: row.assigneeId,
  }
}
