import { findConversationWith, moveHandle } from '../../mailbox/conversations.store.ts'
import { markUnreachable, personHasWritten, wasNotShown } from '../../mailbox/sending.store.ts'
import type { Db } from '../../platform/postgres/database.ts'
import type { Nudge } from '../../platform/queue/catalogue.ts'
import type { KeyRing } from '../../platform/sealing/key-ring.ts'
import { type TakingIn, takeIn } from '../take-in.worker.ts'
import { meaningOf } from './errors.ts'
import { parseNotification, type Told } from './parse.ts'

/** What receiving a notification needs of the rest. */
export type Receiving = TakingIn & {
  readonly db: Db
  readonly keys: KeyRing
  readonly nudge: Nudge
  readonly phoneNumberId: string
  /** Says by a template that there is news. */
  readonly sayNews: (handle: string) => Promise<void>
}

/**
 * Takes in all that a notification tells; when it returns, it may be acknowledged. What was kept
 * before a failure is the same message when WhatsApp delivers it again.
 */
export async function receiveNotification(
  notification: unknown,
  receiving: Receiving,
): Promise<void> {
  for (const told of parseNotification(notification, receiving.phoneNumberId))
    await receive(told, receiving)
}

async function receive(told: Told, receiving: Receiving): Promise<void> {
  const { db, keys, now, nudge } = receiving
  switch (told.kind) {
    case 'arrival': {
      if (!(await takeIn(told.arrival, told.sentAt, receiving))) return
      const chat = await findConversationWith(db, keys, 'whatsapp', told.arrival.handle)
      if (chat !== undefined && (await personHasWritten(db, chat, new Date(now()))))
        await nudge('delivery', [chat])
      return
    }
    case 'moved':
      return moveHandle(db, keys, 'whatsapp', told.from, told.to)
    case 'failed':
      return handleFailure(told, receiving)
  }
}

/** WhatsApp took a message and says later why it was not shown. */
async function handleFailure(
  { handles, externalId, code }: Extract<Told, { kind: 'failed' }>,
  { db, keys, now, phoneNumberId, sayNews }: Receiving,
): Promise<void> {
  const meaning = meaningOf(code, 400)
  for (const handle of handles) {
    const chat = await findConversationWith(db, keys, 'whatsapp', handle)
    if (chat === undefined) continue
    const at = new Date(now())
    if (meaning === 'unreachable') await markUnreachable(db, chat, at)
    if (
      meaning === 'windowIsClosed' &&
      (await wasNotShown(db, keys, chat, `${phoneNumberId}:${externalId}`, at))
    )
      await sayNews(handle)
    return
  }
}
