import { dangerIn } from '../../language/danger.ts'
import { languageToAnswerIn } from '../../language/detect.ts'
import type { Conversation } from '../../mailbox/conversations.store.ts'
import type { InboundMessage } from '../../mailbox/message.ts'
import type { UnitOfWork } from '../../organisation/unit-of-work.store.ts'
import { openTicket } from '../../tickets/open-ticket.store.ts'

/**
 * A whole report from another program: it has its place and category, so nothing is asked, and its
 * ticket is opened.
 */
export async function handleReport(
  work: UnitOfWork,
  { id }: Conversation,
  message: Extract<InboundMessage, { kind: 'reported' }>,
): Promise<void> {
  const { text, files, placeCode, category } = message
  await openTicket(work, {
    conversationId: id,
    words: [{ text, files }],
    placeCode,
    category,
    priority: message.isUrgent || dangerIn(text) !== undefined ? 'danger' : 'ordinary',
    language: languageToAnswerIn(text, undefined) ?? 'zh-Hans',
    // A program asks by its token.
    isTold: false,
  })
}
