import { findableHandle, handlePlace } from '../mailbox/conversations.store.ts'
import { resealCards } from '../mailbox/external-ids.store.ts'
import type { Files } from '../platform/files/attachments.ts'
import { inBatches } from '../platform/postgres/batches.ts'
import type { Db } from '../platform/postgres/database.ts'
import { statement } from '../platform/postgres/query.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { keyPlace } from '../platform/sealing/words.ts'
import { secretPlace } from '../webhooks/webhooks.store.ts'

/** How many values were rewritten. */
export type Rotated = {
  readonly chats: number
  readonly secrets: number
  readonly cards: number
  readonly words: number
  readonly files: number
}

const batch = 500

/**
 * Rewrites with the first key what an older key of the ring has written: chat handles and what
 * they are found by, secrets of webhooks, the chat app's ids of cards, the keys of words, files.
 * The service may run meanwhile, if it has the same ring: each value is changed only if it is still
 * the one that was read. Run again, it goes on where it ended.
 */
export async function rotateKeys(db: Db, files: Files, keys: KeyRing): Promise<Rotated> {
  return {
    chats: await rotateChats(db, keys),
    secrets: await rotateSecrets(db, keys),
    cards: await resealCards(db, keys),
    words: await rotateWords(db, keys),
    files: await rotateFiles(db, files),
  }
}

async function rotateChats(db: Db, keys: KeyRing): Promise<number> {
  const older = inBatches(batch, (after, size) =>
    db.read(statement<{ id: string; channel: string; handleSealed: Uint8Array<ArrayBuffer> }>`
      select "id"::text as "id", "channel", "handleSealed" from "Conversation"
      where "id" > ${after}::uuid and substring("handleSealed" from 1 for 4) <> ${keys.currentMark}
        order by "Conversation"."id" limit ${size}`),
  )
  let done = 0
  for await (const { id, channel, handleSealed } of older) {
    const handle = keys.open(handleSealed, handlePlace(id))
    const data = {
      handleSealed: keys.seal(handle, handlePlace(id)),
      handleHash: keys.hashes(findableHandle(channel, handle))[0],
    }
    done += (await db.prisma.conversation.updateMany({ where: { id, handleSealed }, data })).count
  }
  return done
}

/** The words themselves stay as they are: only their keys are sealed again. */
async function rotateWords(db: Db, keys: KeyRing): Promise<number> {
  const older = inBatches(batch, (after, size) =>
    db.read(statement<{ id: string; sealed: Uint8Array<ArrayBuffer> }>`
      select "id"::text as "id", "sealed" from "WordKey"
      where "id" > ${after}::uuid and substring("sealed" from 1 for 4) <> ${keys.currentMark}
        order by "WordKey"."id" limit ${size}`),
  )
  let done = 0
  for await (const { id, sealed } of older) {
    const anew = new Uint8Array(keys.sealBytes(keys.openBytes(sealed, keyPlace(id)), keyPlace(id)))
    done += (await db.prisma.wordKey.updateMany({ where: { id, sealed }, data: { sealed: anew } }))
      .count
  }
  return done
}

async function rotateSecrets(db: Db, keys: KeyRing): Promise<number> {
  const rows = await db.prisma.webhookSubscription.findMany({
    select: { id: true, secretSealed: true, oldSecretSealed: true },
  })
  let done = 0
  for (const { id, secretSealed, oldSecretSealed } of rows) {
    if (
      [secretSealed, oldSecretSealed].every((sealed) => sealed === null || keys.isCurrent(sealed))
    )
      continue
    const anew = (sealed: Uint8Array) =>
      keys.seal(keys.open(sealed, secretPlace(id)), secretPlace(id))
    const data = {
      secretSealed: anew(secretSealed),
      oldSecretSealed: oldSecretSealed === null ? null : anew(oldSecretSealed),
    }
    done += (await db.prisma.webhookSubscription.updateMany({ where: { id, secretSealed }, data }))
      .count
  }
  return done
}

async function rotateFiles(db: Db, files: Files): Promise<number> {
  const all = inBatches(batch, (after, take) =>
    db.prisma.attachment.findMany({
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take,
      select: { id: true },
    }),
  )
  let done = 0
  for await (const { id } of all) if (await files.reseal(db, id)) done += 1
  return done
}
