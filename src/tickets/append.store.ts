import { randomUUID } from 'node:crypto'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { giveFiles } from '../platform/files/file-keys.ts'
import { anyOf, query } from '../platform/postgres/query.ts'
import { placeIn } from '../platform/sealing/sealed-text.ts'
import { keyOfWriter } from '../platform/sealing/words.ts'
import type { Locked, Words } from './tickets.store.ts'

/** A message of a ticket that is to be appended. */
type NewMessage = {
  readonly ticket: Pick<Locked, 'id' | 'wordKeyId'>
  readonly by: 'resident' | 'member'
  readonly kind: string
  readonly words: Words
  /** Who of those that joined has written it. */
  readonly writerId?: string | undefined
}

/**
 * Appends a message; its attachments now belong to the ticket.
 *
 * @param writerId who of those that joined has written it.
 */
export async function appendMessage(
  work: UnitOfWork,
  ticket: Pick<Locked, 'id' | 'wordKeyId'>,
  by: 'resident' | 'member',
  kind: string,
  words: Words,
  writerId?: string,
): Promise<void> {
  const message = { ticket, by, kind, words, writerId }
  if (words.files.length === 0) work.tx.write(await messageRow(work, message))
  else await appendMessageWithId(work, message)
}

/** Appends a message, and returns its id. */
export async function appendMessageWithId(work: UnitOfWork, message: NewMessage): Promise<bigint> {
  const { tx } = work
  const { files } = message.words
  const [row] = await tx.read((await messageRow(work, message)).returning('id'))
  if (row === undefined) throw new Error('a message was not written')
  if (files.length === 0) return row.id
  tx.write(
    query
      .updateTable('Attachment')
      .set({ messageId: row.id })
      .where('id', '=', anyOf(files, 'uuid'))
      .where('messageId', 'is', null),
  )
  const { ticket, by, writerId } = message
  await giveFiles(tx, keyOfWriter(by, ticket, writerId), row.id)
  return row.id
}

async function messageRow({ tx, at }: UnitOfWork, message: NewMessage) {
  const { ticket, by, kind, words, writerId } = message
  const { text, source } = words
  const sealedAs = randomUUID()
  const key = keyOfWriter(by, ticket, writerId)
  return query.insertInto('TicketMessage').values({
    ticketId: ticket.id,
    by,
    kind,
    text: await tx.words.seal(key, text, placeIn('TicketMessage', 'text', sealedAs)),
    at: new Date(at),
    source: source === undefined ? null : new Uint8Array(Buffer.from(source, 'base64url')),
    writerId: writerId ?? null,
    sealedAs,
  })
}
