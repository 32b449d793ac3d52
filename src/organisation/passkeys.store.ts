import type { Db } from '../platform/postgres/database.ts'
import { findStaff } from './staff.store.ts'
import type { Staff } from './staff.ts'

/** A passkey as it is checked. */
export type StoredPasskey = {
  readonly id: string
  readonly memberId: string
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly counter: number
  readonly transports: readonly string[]
}

/** A passkey as its member sees it. */
export type ListedPasskey = {
  readonly id: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

/**
 * How long a question to a passkey waits for its answer, in milliseconds: people look for their
 * phone.
 */
const challengeMs = 5 * 60_000

/** Keeps a question, for a member who adds a passkey, or for anyone who signs in. */
export async function keepChallenge(
  db: Db,
  challenge: string,
  memberId: string | null,
  at: Date,
): Promise<void> {
  await db.prisma.passkeyChallenge.deleteMany({ where: { expiresAt: { lt: at } } })
  await db.prisma.passkeyChallenge.create({
    data: { challenge, memberId, expiresAt: new Date(at.getTime() + challengeMs) },
  })
}

/** Uses a question up: each is answered once, by whom it was asked. */
export async function useChallenge(
  db: Db,
  challenge: string,
  memberId: string | null,
  at: Date,
): Promise<boolean> {
  return (
    (
      await db.prisma.passkeyChallenge.deleteMany({
        where: { challenge, memberId, expiresAt: { gt: at } },
      })
    ).count === 1
  )
}

/** Keeps a passkey of a member. */
export async function addPasskey(
  db: Db,
  { id, memberId, publicKey, counter, transports }: StoredPasskey,
  at: Date,
): Promise<void> {
  await db.prisma.passkey.create({
    data: {
      id,
      memberId,
      publicKey,
      counter: BigInt(counter),
      transports: [...transports],
      createdAt: at,
    },
  })
}

/** The passkey with this id; `undefined` where there is none. */
export async function findPasskey(db: Db, id: string): Promise<StoredPasskey | undefined> {
  const row = await db.prisma.passkey.findUnique({ where: { id } })
  return row === null ? undefined : { ...row, counter: Number(row.counter) }
}

/** Notes that a passkey was used. Returns whose it is; `undefined` when they have left. */
export async function usePasskey(
  db: Db,
  { id, memberId }: StoredPasskey,
  counter: number,
  at: Date,
): Promise<Staff | undefined> {
  await db.prisma.passkey.update({
    where: { id },
    data: { counter: BigInt(counter), lastUsedAt: at },
    select: { id: true },
  })
  return findStaff(db, memberId)
}

/** The passkeys of a member, the oldest first. */
export async function listPasskeys(db: Db, memberId: string): Promise<readonly ListedPasskey[]> {
  return db.prisma.passkey.findMany({
    where: { memberId },
    orderBy: { createdAt: 'asc' },
    select: { id: true, createdAt: true, lastUsedAt: true },
  })
}

/** Removes a passkey of a member. */
export async function removePasskey(db: Db, memberId: string, id: string): Promise<void> {
  await db.prisma.passkey.deleteMany({ where: { id, memberId } })
}
