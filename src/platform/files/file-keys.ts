import type { Transaction } from '../postgres/database.ts'
import { placeIn } from '../sealing/sealed-text.ts'
import { destroyKeys } from '../sealing/word-keys.ts'

/**
 * Each file is sealed with a key of its own, and that key as words are: in a ticket with its
 * writer's, so that it is unreadable once that is destroyed (protection P37); before, with one that
 * has the file's id.
 */
type Tx = Pick<Transaction, 'attachment' | 'words' | '$executeRaw'>

/** The key of a file as its row holds it, sealed with the key `keyId`. */
export function sealedFileKey(
  { words }: Pick<Transaction, 'words'>,
  id: string,
  keyId: string,
  key: Buffer,
): Promise<string> {
  return words.seal(keyId, key.toString('base64'), placeIn('Attachment', 'fileKey', id))
}

/** The files of a message become its writer's, whose key is `keyId`. */
export async function giveFiles(tx: Tx, keyId: string, messageId: bigint): Promise<void> {
  const ids = await sealAnew(tx, [messageId], () => keyId)
  await destroyKeys({ tx }, ids)
}

/**
 * Takes files out of messages: they are in no ticket any more, and stay readable when the keys of
 * the messages are destroyed.
 */
export async function takeFiles(tx: Tx, messageIds: readonly bigint[]): Promise<void> {
  await sealAnew(tx, messageIds, (id) => id)
  await tx.attachment.updateMany({
    where: { messageId: { in: [...messageIds] } },
    data: { messageId: null },
  })
}

async function sealAnew(
  tx: Tx,
  messageIds: readonly bigint[],
  keyIdOf: (id: string) => string,
): Promise<readonly string[]> {
  const rows = await tx.attachment.findMany({
    where: { messageId: { in: [...messageIds] }, fileKey: { not: null } },
    select: { id: true, fileKey: true },
  })
  for (const { id, fileKey } of await tx.words.open('Attachment', rows)) {
    if (fileKey === null || fileKey === '') continue
    const data = {
      fileKey: await sealedFileKey(tx, id, keyIdOf(id), Buffer.from(fileKey, 'base64')),
    }
    await tx.attachment.update({ where: { id }, data, select: { id: true } })
  }
  return rows.map(({ id }) => id)
}
