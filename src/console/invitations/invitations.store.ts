import { sql } from 'kysely'
import { may, type Role } from '../../organisation/role.ts'
import { issueToken } from '../../organisation/staff.store.ts'
import type { Staff } from '../../organisation/staff.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { statementForValues } from '../../platform/postgres/query.ts'

/** A member of staff, as far as inviting them needs. */
export type Invitable = {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly role: Role
  readonly teamId: string | null
  readonly teamNames: Readonly<Record<string, string>> | null
  readonly hasChat: boolean
  /** Until when an invitation works that nobody has used. */
  readonly invitedUntil: Date | null
}

/** How many are shown, and invited, at once. */
export const mostInvited = 100

/**
 * Who may be invited by somebody: by an administrator everybody, by a lead the members of their own
 * team; who has no chat yet comes first.
 */
export async function listInvitable(
  db: Db,
  staff: Staff,
  now: Date,
  {
    teamId,
    memberId,
    withoutChat = false,
  }: {
    readonly teamId?: string
    readonly memberId?: string
    readonly withoutChat?: boolean
  },
): Promise<readonly Invitable[]> {
  const isAdministrator = may(staff, 'administer')
  if (!isAdministrator && (!may(staff, 'leadTeam') || staff.teamId === null)) return []
  const team = isAdministrator ? teamId : staff.teamId
  return db.read(statementForValues<Invitable>`
    select * from (
      select m."id", m."code", m."name", m."role"::text as "role", m."teamId",
        t."names" as "teamNames",
        exists (select from "Conversation" c where c."memberId" = m."id") as "hasChat",
        (select max(k."expiresAt") from "StaffToken" k where k."memberId" = m."id"
          and k."purpose" = 'invitation' and k."usedAt" is null and k."expiresAt" > ${now})
          as "invitedUntil"
      from "Member" m left join "Team" t on t."id" = m."teamId"
      where m."leftAt" is null ${isAdministrator ? sql`` : sql`and m."role" = 'member'`}
        ${team == null ? sql`` : sql`and m."teamId" = ${team}::uuid`}
        ${memberId === undefined ? sql`` : sql`and m."id" = ${memberId}::uuid`}
    ) as "found"
    where ${withoutChat ? sql`not "hasChat"` : sql`true`}
    order by "hasChat", "code" limit ${mostInvited}`)
}

/** How many have no chat yet. */
export async function countWithoutChat(db: Db, teamId?: string): Promise<number> {
  return db.prisma.member.count({
    where: {
      leftAt: null,
      conversations: { none: {} },
      ...(teamId === undefined ? {} : { teamId }),
    },
  })
}

/** A new invitation; earlier ones of the member work no more. */
export async function reissue(db: Db, memberId: string, at: Date): Promise<string> {
  return db.transaction(async (tx) => {
    tx.write(statementForValues`
      delete from "StaffToken" where "memberId" = ${memberId}::uuid and "purpose" = 'invitation'
        and "usedAt" is null`)
    return issueToken(tx, memberId, 'invitation', at)
  })
}
