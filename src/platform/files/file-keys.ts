import type { Transaction } from '../postgres/database.ts'
import { anyOf, query } from '../postgres/query.ts'
import { placeIn } from '../sealing/sealed-text.ts'
import { destroyKeys } from '../sealing/word-keys.ts'

/**
 * Each file is sealed with a key of its own, and that key as words are: in a ticket with its
 * writer's, so that it is unreadable once that is destroyed (protection P37); before, with one that
 * has the file's id.
 */
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
export async function giveFiles(tx: Transaction, keyId: string, messageId: bigint): Promise<void> {
  const ids = await sealAnew(tx, [messageId], () => keyId)
  destroyKeys({ tx }, ids)
}

/**
 * Takes files out of messages: they are in no ticket any more, and stay readable when the keys of
 * the messages are destroyed.
 */
export async function takeFiles(tx: Transaction, messageIds: readonly bigint[]): Promise<void> {
  await sealAnew(tx, messageIds, (id) => id)
  tx.write(releaseFiles(messageIds))
}

/** Takes files out of messages. Their rows stay until the files are gone from the disk. */
export function releaseFiles(messageIds: readonly bigint[]) {
  return query
    .updateTable('Attachment')
    .set({ messageId: null })
    .where('messageId', '=', anyOf(messageIds, 'bigint'))
}

async function sealAnew(
  tx: Transaction,
  messageIds: readonly bigint[],
  keyIdOf: (id: string) => string,
): Promise<readonly string[]> {
  const rows = await tx.read(
    query
      .selectFrom('Attachment')
      .select(['id', 'fileKey'])
      .where('messageId', '=', anyOf(messageIds, 'bigint'))
      .where('fileKey', 'is not', null),
  )
  for (const { id, fileKey } of await tx.words.open('Attachment', rows)) {
    if (fileKey === null || fileKey === '') continue
    const sealed = await sealedFileKey(tx, id, keyIdOf(id), Buffer.from(fileKey, 'base64'))
    tx.write(query.updateTable('Attachment').set({ fileKey: sealed }).where('id', '=', id))
  }
  return rows.map(({ id }) => id)
}
