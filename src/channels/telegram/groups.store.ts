import { randomUUID } from 'node:crypto'
import { findConversationWith, newConversation } from '../../mailbox/conversations.store.ts'
import { queueMessage } from '../../mailbox/outbound.store.ts'
import type { Content } from '../../mailbox/shown.ts'
import type { Office } from '../../organisation/office.ts'
import { unitOfWork } from '../../organisation/unit-of-work.store.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { query } from '../../platform/postgres/query.ts'
import type { KeyRing } from '../../platform/sealing/key-ring.ts'

/**
 * Says one line in a group chat, once: a group that is known already gets nothing. Nothing of the
 * group is kept but its encrypted handle, to know that it has had its line.
 *
 * @returns the conversations to nudge.
 */
export async function greetGroup(
  db: Db,
  keys: KeyRing,
  office: Office,
  at: number,
  handle: string,
  content: Content,
): Promise<readonly string[]> {
  const channel = 'telegram-group'
  const { after } = await unitOfWork(db, office, at, async (work) => {
    const id = randomUUID()
    const begun = await work.tx.affect(
      query
        .insertInto('Conversation')
        .values(newConversation(keys, id, channel, handle))
        .onConflict((conflict) => conflict.doNothing()),
    )
    if (begun === 1) await queueMessage(work, id, content)
  })
  return [...after.deliverTo]
}

/**
 * A group became a supergroup and has another id now: it is the same group, and has had its line.
 * Only where the old one is known: a group that is not is greeted when it says something.
 */
export async function moveGroup(db: Db, keys: KeyRing, from: string, to: string): Promise<void> {
  const channel = 'telegram-group'
  const known = await findConversationWith(db, keys, channel, from)
  if (known === undefined || (await findConversationWith(db, keys, channel, to)) !== undefined)
    return
  await db.affect(
    query
      .insertInto('Conversation')
      .values(newConversation(keys, randomUUID(), channel, to))
      .onConflict((conflict) => conflict.doNothing()),
  )
}
