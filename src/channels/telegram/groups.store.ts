import { randomUUID } from 'node:crypto'
import {
  findableHandle,
  findConversationWith,
  handlePlace,
} from '../../mailbox/conversations.store.ts'
import { tell } from '../../mailbox/outbound.store.ts'
import type { Content } from '../../mailbox/shown.ts'
import type { Office } from '../../organisation/office.ts'
import { type Change, change, type Db } from '../../platform/postgres/database.ts'
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
  const { told } = await change(db, office, at, async (each: Change) => {
    const id = randomUUID()
    const [handleHash] = keys.hashes(findableHandle(channel, handle))
    const { count } = await each.tx.conversation.createMany({
      data: [
        {
          id,
          channel,
          handleHash,
          handleSealed: keys.seal(handle, handlePlace(id)),
          state: { v: 1, at: 'idle' },
        },
      ],
      skipDuplicates: true,
    })
    if (count === 1) await tell(each, id, content)
  })
  return told
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
  const id = randomUUID()
  const [handleHash] = keys.hashes(findableHandle(channel, to))
  await db.conversation.createMany({
    data: [
      {
        id,
        channel,
        handleHash,
        handleSealed: keys.seal(to, handlePlace(id)),
        state: { v: 1, at: 'idle' },
      },
    ],
    skipDuplicates: true,
  })
}
