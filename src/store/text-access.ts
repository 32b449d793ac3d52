import { createHash } from 'node:crypto'
import type { Db } from './connection.ts'

/** How a text was shown: on a page, as a card or news in a chat, as a file of it, or opened out of turn. */
export type ShownAs = 'page' | 'card' | 'news' | 'file' | 'outOfTurn'
export type AccessRole = 'member' | 'lead' | 'supervisor' | 'administrator'

type Entry = { readonly ticketId: string; readonly memberId: string; readonly role: AccessRole; readonly at: Date; readonly how: ShownAs }

/**
 * Notes that a ticket's text is being shown, before it is: what could not be noted is not shown. Each entry seals the one
 * before it (a hash chain), so that none can be changed, taken away or put between without it showing.
 */
export async function noteAccess(db: Db, { ticketId, memberId, role, at, how }: Entry): Promise<void> {
  await db.$executeRaw`select "noteAccess"(${ticketId}::uuid, ${memberId}::uuid, ${role}, ${at}, ${how})`
}

/** Who has seen a ticket's text: by role, how often, and when last. No names: a resident learns roles. What one person opens within 30 minutes is one time. */
export type Seen = { readonly role: AccessRole; readonly outOfTurn: boolean; readonly times: number; readonly lastAt: Date }

export async function whoSaw(db: Pick<Db, '$queryRaw'>, ticketId: string): Promise<readonly Seen[]> {
  return db.$queryRaw<Seen[]>`
    select "role", "how" = 'outOfTurn' as "outOfTurn", count(*) filter (where "isNew")::int as "times", max("at") as "lastAt"
    from (
      select *, coalesce("at" - lag("at") over (partition by "memberId", "how" = 'outOfTurn' order by "at") > interval '30 minutes', true) as "isNew"
      from "TextAccess" where "ticketId" = ${ticketId}::uuid
    ) a group by 1, 2 order by 4 desc`
}

/** Whether every entry still seals the one before it. `brokenAt` is the first one that does not. */
export type Verified = { readonly entries: number; readonly brokenAt: bigint | undefined }

const batch = 5_000

export async function verifyAccess(db: Db): Promise<Verified> {
  const state: { after: bigint; seal: Uint8Array | undefined; entries: number } = { after: 0n, seal: undefined, entries: 0 }
  for (;;) {
    const rows = await db.textAccess.findMany({ where: { seq: { gt: state.after } }, orderBy: { seq: 'asc' }, take: batch })
    for (const { seq, seal, ...entry } of rows) {
      const expected = sealOf(state.seal, entry as Entry)
      if (!Buffer.from(expected).equals(seal)) return { entries: state.entries, brokenAt: seq }
      Object.assign(state, { after: seq, seal, entries: state.entries + 1 })
    }
    if (rows.length < batch) return { entries: state.entries, brokenAt: undefined }
  }
}

function sealOf(before: Uint8Array | undefined, { ticketId, memberId, role, at, how }: Entry): Uint8Array<ArrayBuffer> {
  const hash = createHash('sha256').update(before ?? new Uint8Array())
  return new Uint8Array(hash.update([ticketId, memberId, role, at.toISOString(), how].join('\n')).digest())
}
