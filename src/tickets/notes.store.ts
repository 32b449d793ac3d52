import { createHash, randomUUID } from 'node:crypto'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
import { placeIn, toUuid } from '../platform/sealing/sealed-text.ts'
import { destroyKeys } from '../platform/sealing/word-keys.ts'
import type { Note } from './note.ts'

/**
 * Writes a note on a ticket for its team. It is for those who may read the ticket, never for the
 * resident, and about the work: it goes when the ticket is over.
 */
export async function writeNote(
  { tx, at }: Pick<UnitOfWork, 'tx' | 'at'>,
  ticketId: string,
  memberId: string,
  text: string,
): Promise<void> {
  const sealedAs = randomUUID()
  tx.write(
    query.insertInto('TicketNote').values({
      ticketId,
      memberId,
      text: await tx.words.seal(
        keyOfNotes(ticketId),
        text,
        placeIn('TicketNote', 'text', sealedAs),
      ),
      at: new Date(at),
      sealedAs,
    }),
  )
}

/** The notes on a ticket, the first one first. */
export async function listNotes(db: Db, ticketId: string): Promise<readonly Note[]> {
  const rows = await db.read(statement<Note & { readonly sealedAs: string }>`
    select n."at", m."name", n."text", n."sealedAs"::text as "sealedAs" from "TicketNote" n
      left join "Member" m on m."id" = n."memberId"
    where n."ticketId" = ${ticketId}::uuid order by n."id"`)
  return (await db.words.open('TicketNote', rows)).map(({ at, name, text }) => ({ at, name, text }))
}

/** Erases the notes on a ticket, with their key. */
export function eraseNotes(work: Pick<UnitOfWork, 'tx' | 'after'>, ticketId: string): void {
  work.tx.write(query.deleteFrom('TicketNote').where('ticketId', '=', ticketId))
  destroyKeys(work, [keyOfNotes(ticketId)])
}

/** The key of a ticket's notes: their own, so that they go by themselves. */
function keyOfNotes(ticketId: string): string {
  return toUuid(createHash('sha256').update(`notes:${ticketId}`).digest('hex').slice(0, 32))
}
