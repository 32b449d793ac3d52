import type { Db } from '../platform/postgres/database.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'

/** What the chat app's id of a message is bound to when it is sealed. */
export const messagePlace = (conversationId: string) => `Outbound.external:${conversationId}`

/**
 * The chat app's id of a card; those that an earlier version wrote are not sealed. Without it the
 * card is sent again.
 */
export function openCardId(
  keys: KeyRing,
  conversationId: string,
  stored: string,
): string | undefined {
  return /^\d+$/.test(stored)
    ? stored
    : openExternal(keys, conversationId, Buffer.from(stored, 'base64'))
}

/** The chat app's id of a message whose row is gone; see the notice `erasedWords`. */
export function openMessageId(
  keys: KeyRing,
  conversationId: string,
  sealed: string,
): string | undefined {
  return openExternal(keys, conversationId, Buffer.from(sealed, 'base64'))
}

/**
 * An id that was sealed with a key which is gone can't be opened: then the message can't be edited,
 * and a new one is sent.
 */
export function openExternal(
  keys: KeyRing,
  conversationId: string,
  sealed: Uint8Array,
): string | undefined {
  return keys.holdsKeyOf(sealed) ? keys.open(sealed, messagePlace(conversationId)) : undefined
}

/**
 * Seals the chat app's ids of cards again with the first key, where they are not yet. Returns how
 * many were.
 */
export async function resealCards(db: Db, keys: KeyRing): Promise<number> {
  const cards = await db.prisma.card.findMany({
    select: { conversationId: true, ticketId: true, externalId: true },
  })
  let done = 0
  for (const { conversationId, ticketId, externalId } of cards) {
    if (!/^\d+$/.test(externalId) && keys.isCurrent(Buffer.from(externalId, 'base64'))) continue
    const id = openCardId(keys, conversationId, externalId)
    if (id === undefined) continue
    const sealed = Buffer.from(keys.seal(id, messagePlace(conversationId))).toString('base64')
    done += (
      await db.prisma.card.updateMany({
        where: { conversationId, ticketId, externalId },
        data: { externalId: sealed },
      })
    ).count
  }
  return done
}
