import { randomBytes, randomUUID } from 'node:crypto'
import type { Db } from '../postgres/database.ts'
import { query, statement } from '../postgres/query.ts'
import { hashOfSecret } from '../sealing/secret-hash.ts'

/**
 * What a key may be given leave to do: list tickets, be told by webhooks, send reports through
 * Open311.
 */
export const rights = ['tickets', 'webhooks', 'reports'] as const
export type Right = (typeof rights)[number]

/** A program that shows its key: what it may do, and where. */
export type ApiClient = {
  readonly id: string
  readonly rights: readonly Right[]
  readonly areaCode: string
  /** How many reports it may send within a minute. */
  readonly reportsAMinute: number
}

/** How many reports a key may send within a minute where nothing else was said. */
export const usualReportsAMinute = 600
/** The most that can be said: a hundred a second is what one copy of the service takes in. */
export const mostReportsAMinute = 6_000

/** A key as the administrator sees it; the key itself is shown once, when it is made. */
export type ListedKey = ApiClient & {
  readonly label: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
}

const shown = {
  id: true,
  label: true,
  rights: true,
  areaCode: true,
  reportsAMinute: true,
  createdAt: true,
  lastUsedAt: true,
  revokedAt: true,
} as const

/** Makes a key. What is returned is shown once; only its hash is kept. */
export async function makeApiKey(
  db: Db,
  {
    label,
    rights: given,
    areaCode,
    reportsAMinute = usualReportsAMinute,
    createdById,
  }: {
    readonly label: string
    readonly rights: readonly Right[]
    readonly areaCode: string
    readonly reportsAMinute?: number | undefined
    readonly createdById: string
  },
  at: Date,
): Promise<string> {
  const key = `jwk_${randomBytes(30).toString('base64url')}`
  await db.prisma.apiKey.create({
    data: {
      id: randomUUID(),
      hash: hashOfSecret(key),
      label,
      rights: [...given],
      areaCode,
      reportsAMinute,
      createdById,
      createdAt: at,
    },
  })
  return key
}

/**
 * How exactly the last use is kept, in milliseconds: a busy program need not write at every call.
 */
const lastUsedEveryMs = 60_000

/** Who shows this key; `undefined` when it is unknown or revoked. */
export async function findApiClient(db: Db, key: string, at: Date): Promise<ApiClient | undefined> {
  const [row] = await db.read(
    query
      .selectFrom('ApiKey')
      .select(['id', 'rights', 'areaCode', 'reportsAMinute', 'lastUsedAt', 'revokedAt'])
      .where('hash', '=', Buffer.from(hashOfSecret(key))),
  )
  if (row === undefined || row.revokedAt !== null) return undefined
  if (row.lastUsedAt === null || at.getTime() - row.lastUsedAt.getTime() > lastUsedEveryMs)
    await db.prisma.apiKey.update({
      where: { id: row.id },
      data: { lastUsedAt: at },
      select: { id: true },
    })
  const { id, areaCode, reportsAMinute } = row
  return { id, rights: row.rights as Right[], areaCode, reportsAMinute }
}

/** Every key, the newest first, without the secret. */
export async function listApiKeys(db: Db): Promise<readonly ListedKey[]> {
  const rows = await db.prisma.apiKey.findMany({ orderBy: { createdAt: 'desc' }, select: shown })
  return rows.map((row) => ({ ...row, rights: row.rights as Right[] }))
}

/** Ends a key, and with it what it had subscribed to. */
export async function revokeApiKey(db: Db, id: string, at: Date): Promise<void> {
  await db.transaction(async (tx) => {
    tx.write(
      query
        .updateTable('ApiKey')
        .set({ revokedAt: at })
        .where('id', '=', id)
        .where('revokedAt', 'is', null),
    )
    tx.write(query.deleteFrom('WebhookSubscription').where('keyId', '=', id))
  })
}

/** Whether a place is an area of a key, or lies in it. */
export async function isWithinArea(db: Db, areaCode: string, placeCode: string): Promise<boolean> {
  const found = await db.read(statement<{ found: number }>`
    select 1 as "found" from "Place" where "code" = ${placeCode}
      and ("code" = ${areaCode} or ${areaCode} = any("ancestors"))`)
  return found.length === 1
}

/** Whether a place has nothing above it: what Open311 calls a jurisdiction. */
export async function isJurisdiction(db: Db, code: string): Promise<boolean> {
  const found = await db.read(
    query
      .selectFrom('Place')
      .select('code')
      .where('code', '=', code)
      .where('parentCode', 'is', null),
  )
  return found.length === 1
}
