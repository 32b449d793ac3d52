import { randomBytes } from 'node:crypto'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { hashOfSecret } from '../platform/sealing/secret-hash.ts'

import type { Staff } from './staff.ts'

const shown = {
  id: true,
  name: true,
  role: true,
  teamId: true,
  areaCode: true,
  language: true,
  onDuty: true,
} as const

/** An invitation binds one person's chat for good; a sign-in link opens the console once. */
export type Purpose = 'invitation' | 'login'

/**
 * How long each works: an invitation 7 days (a rota week), a sign-in link one hour, in
 * milliseconds.
 */
const tokenLifetimeMs: Readonly<Record<Purpose, number>> = {
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
  await db.staffToken.create({
    data: {
      hash: hashOfSecret(token),
      purpose,
      memberId,
      createdAt: at,
      expiresAt: new Date(at.getTime() + lifetimeMs),
    },
  })
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
  const used = await db.staffToken.updateManyAndReturn({
    where: {
      hash: hashOfSecret(token),
      purpose: { in: [...purposes] },
      usedAt: null,
      expiresAt: { gt: at },
    },
    data: { usedAt: at },
    select: { memberId: true },
  })
  return used[0] === undefined ? undefined : findStaff(db, used[0].memberId)
}

/** Whether a code would still work; uses nothing up. */
export async function isTokenGood(
  db: Db,
  token: string,
  purposes: readonly Purpose[],
  at: Date,
): Promise<boolean> {
  return (
    (await db.staffToken.count({
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
  return (await db.member.findUnique({ where: { id, leftAt: null }, select: shown })) ?? undefined
}

/** How long a signed-in browser stays so: half a day's shift and the way home, in milliseconds. */
export const sessionLifetimeMs = 12 * 3_600_000

/** Begins a session; the returned secret is the cookie, its hash is what is kept. */
export async function beginSession(db: Db, memberId: string, at: Date): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  await db.staffSession.create({
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

/** Who is signed in with this secret; whoever has left is not. */
export async function findSession(db: Db, secret: string, at: Date): Promise<Staff | undefined> {
  const session = await db.staffSession.findFirst({
    where: {
      hash: hashOfSecret(secret),
      endedAt: null,
      expiresAt: { gt: at },
      member: { leftAt: null },
    },
    select: { id: true, lastSeenAt: true, member: { select: shown } },
  })
  if (
    session !== null &&
    (session.lastSeenAt === null || at.getTime() - session.lastSeenAt.getTime() > lastSeenEveryMs)
  )
    await db.staffSession.updateMany({ where: { id: session.id }, data: { lastSeenAt: at } })
  return session?.member
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
  const rows = await db.staffSession.findMany({
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
  await db.staffSession.updateMany({
    where: { id, memberId, endedAt: null },
    data: { endedAt: at },
  })
}

export async function endSession(db: Db, secret: string, at: Date): Promise<void> {
  await db.staffSession.updateMany({
    where: { hash: hashOfSecret(secret), endedAt: null },
    data: { endedAt: at },
  })
}

/**
 * Ends all that a member could get in by: sessions and unused links. Passkeys stay theirs. Returns
 * how many sessions were open.
 */
export async function endAllSessions(db: Db, memberId: string, at: Date): Promise<number> {
  const [{ count }] = await db.$transaction([
    db.staffSession.updateMany({
      where: { memberId, endedAt: null, expiresAt: { gt: at } },
      data: { endedAt: at },
    }),
    db.staffToken.updateMany({ where: { memberId, usedAt: null }, data: { usedAt: at } }),
  ])
  return count
}

export async function setStaffLanguage(
  db: Db | Transaction,
  memberId: string,
  language: string,
): Promise<void> {
  await db.member.update({ where: { id: memberId }, data: { language }, select: { id: true } })
}
