import { sql } from 'kysely'
import type { Files } from '../platform/files/attachments.ts'
import { day } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import { anyOf, query, statement } from '../platform/postgres/query.ts'
import { destroyKeys, keysOfWords } from '../platform/sealing/word-keys.ts'
import { untieFollowers } from '../tickets/anonymity.store.ts'
import { type Kept, usuallyKept } from './retention.ts'

/** With chats go the keys of their words, in the same statement. */
const withTheirKeys = sql`"keys" as (delete from "WordKey" where "id"
  in (select coalesce("wordKeyId", "id") from "gone")) select "id"::text as "id" from "gone"`

/**
 * Shorter, and so told to nobody: files that never became part of a report, words of who never went
 * on from the notice, the log of webhooks. In days.
 */
const alsoKeptDays = { looseFiles: 2, webhookCalls: 30, withoutConsent: 1 } as const

const batch = 500

/** How many of each were erased. */
export type Erased = { readonly texts: number; readonly files: number; readonly chats: number }

/**
 * Deletes data past its retention period: texts and files of tickets closed long ago, voice notes
 * before them, files that never became part of a report, and chats without an open ticket whose
 * last message is old. What counts, the ticket and its events, stays without content (protection
 * P33).
 *
 * @returns how many of each it erased; a batch at a time, so that nothing waits long.
 */
export async function eraseExpired(
  db: Db,
  files: Files,
  now: Date,
  kept: Kept = usuallyKept,
): Promise<Erased> {
  const before = (days: number) => new Date(now.getTime() - days * day)
  const texts = await db.prisma.ticketMessage.findMany({
    where: { ticket: { closedAt: { lt: before(kept.textDays) } } },
    select: { id: true, attachments: { select: { id: true } } },
    take: batch,
  })
  const voices = await db.prisma.attachment.findMany({
    where: { kind: 'voice', message: { ticket: { closedAt: { lt: before(kept.voiceDays) } } } },
    select: { id: true },
    take: batch,
  })
  const loose = await db.prisma.attachment.findMany({
    where: { messageId: null, createdAt: { lt: before(alsoKeptDays.looseFiles) } },
    select: { id: true },
    take: batch,
  })
  const fileIds = [
    ...new Set(
      [...texts.flatMap((message) => message.attachments), ...voices, ...loose].map(({ id }) => id),
    ),
  ]
  const textIds = texts.map(({ id }) => id)
  const keys = await keysOfWords(db, textIds)
  await files.erase(db, fileIds)
  await db.transaction(async (tx) => {
    destroyKeys({ tx }, keys)
    tx.write(query.deleteFrom('TicketMessage').where('id', '=', anyOf(textIds, 'bigint')))
  })
  const limit = before(kept.chatDays)
  const chats = await db.read(statement<{ id: string }>`
    with "gone" as (delete from "Conversation" where "id" in (
      select "id" from "Conversation" as c where "memberId" is null and "createdAt" < ${limit}
        and not exists (select 1 from "Inbound" where "conversationId" = c."id"
          and ("receivedAt" >= ${limit} or ("doneAt" is null and "setAsideAt" is null)))
        and not exists (select 1 from "Outbound" where "conversationId" = c."id"
          and ("createdAt" >= ${limit} or "status" = 'queued'))
        and not exists (select 1 from "Ticket" where "conversationId" = c."id"
          and "status" not in ('closed', 'withdrawn'))
        and not exists (
          select 1 from "Follower" f join "Ticket" t on t."id" = f."ticketId"
            where f."conversationId" = c."id" and t."status" not in ('closed', 'withdrawn'))
      limit ${batch}) returning "id", "wordKeyId"), ${withTheirKeys}`)
  await untieFollowers(db, now)
  // Who never went on from the notice has agreed to nothing: no more is kept of them than of a
  // visit (protection P02).
  const withoutConsent = await db.read(statement<{ id: string }>`
    with "gone" as (delete from "Conversation" where "id" in (
      select "id" from "Conversation" as c where "memberId" is null and "noticeSeenAt" is null
        and "forgottenAt" is null
        and "createdAt" < ${before(alsoKeptDays.withoutConsent)}
        and not exists (select 1 from "Ticket" where "conversationId" = c."id")
        and not exists (select 1 from "Follower" where "conversationId" = c."id")
        and not exists (select 1 from "Inbound" where "conversationId" = c."id"
          and ("receivedAt" >= ${before(alsoKeptDays.withoutConsent)} or ("doneAt" is null
            and "setAsideAt" is null)))
      limit ${batch}) returning "id", "wordKeyId"), ${withTheirKeys}`)
  await db.prisma.webhookDelivery.deleteMany({
    where: { status: { not: 'queued' }, createdAt: { lt: before(alsoKeptDays.webhookCalls) } },
  })
  return { texts: texts.length, files: fileIds.length, chats: chats.length + withoutConsent.length }
}
