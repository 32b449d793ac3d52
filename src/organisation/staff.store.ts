import { randomBytes } from 'node:crypto'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { query } from '../platform/postgres/query.ts'
import { hashOfSecret } from '../platform/sealing/secret-hash.ts'
import type { Staff } from './staff.ts'

const shownColumns = ['id', 'name', 'role', 'teamId', 'areaCode', 'language', 'onDuty'] as const

/** An invitation binds one person's chat for good; a sign-in link opens the console once. */
export type Purpose = 'invitation' | 'login'

/**
 * How long each works: an invitation 7 days (a rota week), a sign-in link one hour, in
 * milliseconds.
 */
/** How long a one-time code works, in milliseconds. */
export const tokenLifetimeMs: Readonly<Record<Purpose, number>> = {
  invitation: 7 * 86_400_000,
  login: 3_600_000,
}

/** Makes a one-time code for one member. Only its hash is kept. */
export async function issueToken(
  db: Db | Transaction,
  memberId: string,
  purpose: Purpose,
  at: Date,
  lifetimeMs = tokenLifetimeMs[purpose],
): Promise<string> {
  const token = randomBytes(24).toString('base64url')
  await db.affect(
    query.insertInto('StaffToken').values({
      hash: hashOfSecret(token),
      purpose,
      memberId,
      createdAt: at,
      expiresAt: new Date(at.getTime() + lifetimeMs),
    }),
  )
  return token
}

/**
 * Uses up a one-time code. `undefined` when it is unknown, used, run out, or for another purpose.
 */
export async function redeemToken(
  db: Db | Transaction,
  token: string,
  purposes: readonly Purpose[],
  at: Date,
): Promise<Staff | undefined> {
  const [used] = await db.read(
    query
      .updateTable('StaffToken')
      .set({ usedAt: at })
      .where('hash', '=', hashOfSecret(token))
      .where('purpose', 'in', [...purposes])
      .where('usedAt', 'is', null)
      .where('expiresAt', '>', at)
      .returning('memberId'),
  )
  return used === undefined ? undefined : findStaff(db, used.memberId)
}

/** Whether a code would still work; uses nothing up. */
export async function isTokenGood(
  db: Db,
  token: string,
  purposes: readonly Purpose[],
  at: Date,
): Promise<boolean> {
  return (
    (await db.prisma.staffToken.count({
      where: {
        hash: hashOfSecret(token),
        purpose: { in: [...purposes] },
        usedAt: null,
        expiresAt: { gt: at },
      },
    })) === 1
  )
}

/** A member of staff who has not left. */
export async function findStaff(db: Db | Transaction, id: string): Promise<Staff | undefined> {
  const [staff] = await db.read(
    query
      .selectFrom('Member')
      .select(shownColumns)
      .where('id', '=', id)
      .where('leftAt', 'is', null),
  )
  return staff
}

/** How long a signed-in browser stays so: half a day's shift and the way home, in milliseconds. */
export const sessionLifetimeMs = 12 * 3_600_000

/** Begins a session; the returned secret is the cookie, its hash is what is kept. */
export async function beginSession(db: Db, memberId: string, at: Date): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  await db.prisma.staffSession.create({
    data: {
      hash: hashOfSecret(secret),
      memberId,
      createdAt: at,
      expiresAt: new Date(at.getTime() + sessionLifetimeMs),
    },
  })
  return secret
}

/** How exactly the last look is kept, in milliseconds. */
const lastSeenEveryMs = 300_000

/** Who is signed in with this secret; anyone who has left is not. */
export async function findSession(db: Db, secret: string, at: Date): Promise<Staff | undefined> {
  const [found] = await db.read(
    query
      .selectFrom('StaffSession as s')
      .innerJoin('Member as m', 'm.id', 's.memberId')
      .select(['s.id as sessionId', 's.lastSeenAt', 'm.id', 'm.name', 'm.role', 'm.teamId'])
      .select(['m.areaCode', 'm.language', 'm.onDuty'])
      .where('s.hash', '=', hashOfSecret(secret))
      .where('s.endedAt', 'is', null)
      .where('s.expiresAt', '>', at)
      .where('m.leftAt', 'is', null),
  )
  if (found === undefined) return undefined
  const { sessionId, lastSeenAt, ...staff } = found
  if (lastSeenAt === null || at.getTime() - lastSeenAt.getTime() > lastSeenEveryMs)
    await db.prisma.staffSession.updateMany({ where: { id: sessionId }, data: { lastSeenAt: at } })
  return staff
}

/**
 * A session as its member sees it: when it began and was last used, and whether it is the one that
 * looks.
 */
export type ListedSession = {
  readonly id: string
  readonly createdAt: Date
  readonly lastSeenAt: Date | null
  readonly isThisOne: boolean
}

/** The sessions of a member that are open now. */
export async function listSessions(
  db: Db,
  memberId: string,
  secret: string | undefined,
  at: Date,
): Promise<readonly ListedSession[]> {
  const rows = await db.prisma.staffSession.findMany({
    where: { memberId, endedAt: null, expiresAt: { gt: at } },
    orderBy: { createdAt: 'desc' },
    select: { id: true, hash: true, createdAt: true, lastSeenAt: true },
  })
  const own = secret === undefined ? undefined : Buffer.from(hashOfSecret(secret))
  return rows.map(({ hash, ...row }) => ({ ...row, isThisOne: own?.equals(hash) === true }))
}

/** Ends one of a member's sessions, wherever it is open. */
export async function endListedSession(
  db: Db,
  memberId: string,
  id: string,
  at: Date,
): Promise<void> {
  await db.prisma.staffSession.updateMany({
    where: { id, memberId, endedAt: null },
    data: { endedAt: at },
  })
}

/** Ends the session with this secret. */
export async function endSession(db: Db, secret: string, at: Date): Promise<void> {
  await db.prisma.staffSession.updateMany({
    where: { hash: hashOfSecret(secret), endedAt: null },
    data: { endedAt: at },
  })
}

/**
 * Ends all that a member could get in by: sessions and unused links. Passkeys stay theirs. Returns
 * how many sessions were open.
 */
export async function endAllSessions(db: Db, memberId: string, at: Date): Promise<number> {
  return db.transaction(async (tx) => {
    tx.write(
      query
        .updateTable('StaffToken')
        .set({ usedAt: at })
        .where('memberId', '=', memberId)
        .where('usedAt', 'is', null),
    )
    return tx.affect(
      query
        .updateTable('StaffSession')
        .set({ endedAt: at })
        .where('memberId', '=', memberId)
        .where('endedAt', 'is', null)
        .where('expiresAt', '>', at),
    )
  })
}

/** Sets the language in which a member reads pages and messages. */
export async function setStaffLanguage(
  db: Db | Transaction,
  memberId: string,
  language: string,
): Promise<void> {
  await db.affect(query.updateTable('Member').set({ language }).where('id', '=', memberId))
}
