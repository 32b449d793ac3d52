import type { Notice } from '../mailbox/notice.ts'
import type { UnitOfWork } from '../organisation/unit-of-work.store.ts'
import { query, statement } from '../platform/postgres/query.ts'

/**
 * What members' chats were sent of these tickets: our rows go, and what stands in the chat is taken
 * back or edited by a message that is queued here. A card that waits to be sent is made again,
 * without the words.
 */
export async function eraseShown(
  { tx, at, after }: UnitOfWork,
  ticketIds: readonly string[],
): Promise<void> {
  const gone = await tx.read(statement<{
    id: bigint
    conversationId: string
    notice: string
    code: string
    externalSealed: Uint8Array | null
    isShown: boolean
  }>`
    delete from "Outbound" o using "Ticket" t where t."id"::text = o."content" ->> 'ticketId'
      and o."content" ->> 'ticketId' = any(${[...ticketIds]}::text[])
      and ("content" ->> 'notice' in ('card', 'file', 'asWritten') and o."status" <> 'queued'
        or "content" ->> 'notice' = 'news' and "content" ->> 'text' <> '')
    returning o."id", o."conversationId"::text as "conversationId",
      o."content" ->> 'notice' as "notice", t."code", o."externalSealed",
      o."status" = 'sent' and (o."externalSealed" is not null
        or o."shown" is not null) as "isShown"`)
  for (const { id, conversationId, notice, code, externalSealed, isShown } of gone) {
    if (!isShown) continue
    const content: Notice = {
      notice: 'erasedWords',
      code,
      kind: notice === 'file' ? 'file' : 'words',
      row: String(id),
      ...(externalSealed === null ? {} : { of: Buffer.from(externalSealed).toString('base64') }),
    }
    tx.write(
      query.insertInto('Outbound').values({
        conversationId,
        content: JSON.stringify(content),
        createdAt: new Date(at),
        status: 'queued',
      }),
    )
    after.deliverTo.add(conversationId)
  }
}
