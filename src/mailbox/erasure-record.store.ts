import { createHmac } from 'node:crypto'
import { day } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query } from '../platform/postgres/query.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'

/**
 * The record of erasures gives no way back (protection P37): who it was stands under a key of its
 * own, so a chat that somebody began again is not found by it, and when it was is known to the day.
 */
const version = 1

/** What the record calls the chat of a keyed hash. */
function nameOf(secret: string, hash: Uint8Array): Uint8Array<ArrayBuffer> {
  const keyed = createHmac('sha256', Buffer.from(secret, 'base64')).update(hash).digest()
  return new Uint8Array(Buffer.concat([Buffer.from([version]), keyed]))
}

const secretsOf = (keys: KeyRing) => keys.secretsFor('erasures')

/**
 * All that the record may call a chat: keys may have rotated since. The hashes themselves are what
 * earlier versions kept.
 */
export function namesInRecord(keys: KeyRing, hashes: readonly Uint8Array[]): readonly Uint8Array[] {
  return hashes.flatMap((hash) => [hash, ...secretsOf(keys).map((secret) => nameOf(secret, hash))])
}

/** The first moment after the day of an erasure. */
export function afterErasure(at: Date): Date {
  return new Date(dayOf(at).getTime() + day)
}

/** The day of a moment, in UTC. */
export function dayOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / day) * day)
}

/** An entry as the record keeps it; what an earlier version wrote is brought into this form. */
export function recorded(
  keys: KeyRing,
  { hash, at }: { readonly hash: Uint8Array; readonly at: Date },
): { readonly hash: Uint8Array<ArrayBuffer>; readonly at: Date } {
  const [secret = ''] = secretsOf(keys)
  return { hash: hash.length === 32 ? nameOf(secret, hash) : new Uint8Array(hash), at: dayOf(at) }
}

/**
 * Puts entries that were just made, or that an earlier version made, under the record's own key.
 */
export async function keyRecord(db: Db, keys: KeyRing): Promise<void> {
  const rows = await db.read(
    query
      .selectFrom('Erasure')
      .select(['hash', 'at'])
      .where((each) => each.fn<number>('length', ['hash']), '=', 32)
      .limit(500),
  )
  if (rows.length > 0)
    await db.transaction(async (tx) => {
      tx.write(
        query
          .insertInto('Erasure')
          .values(rows.map((row) => recorded(keys, row)))
          .onConflict((conflict) => conflict.doNothing()),
      )
      for (const { hash, at } of rows)
        tx.write(query.deleteFrom('Erasure').where('hash', '=', hash).where('at', '=', at))
    })
}
