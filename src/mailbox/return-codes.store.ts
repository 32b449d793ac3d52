import { randomBytes } from 'node:crypto'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { query } from '../platform/postgres/query.ts'
import type { KeyRing } from '../platform/sealing/key-ring.ts'
import { hashOfSecret } from '../platform/sealing/secret-hash.ts'
import { openHandle } from './conversations.store.ts'

/** Signs that are not mistaken for one another on paper. https://www.crockford.com/base32.html */
const signs = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 20

/**
 * Makes the code by which a chat on our own page is taken up again from any browser: 100 random
 * bits, in fours. It is returned once, and kept as a hash; the one before it is good no more.
 */
export async function makeReturnCode(db: Db, conversationId: string): Promise<string> {
  const code = [...randomBytes(length)].map((byte) => signs[byte % signs.length]).join('')
  const hash = hashOfSecret(code)
  await db.prisma.returnCode.upsert({
    where: { conversationId },
    create: { conversationId, hash },
    update: { hash },
    select: { conversationId: true },
  })
  return code.replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** The session of the talk that a code leads back to; `undefined` where there is none. */
export async function redeemReturnCode(
  db: Db,
  keys: KeyRing,
  typed: string,
): Promise<string | undefined> {
  const code = typed
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  if (code.length !== length) return undefined
  const row = await db.prisma.returnCode.findUnique({
    where: { hash: hashOfSecret(code) },
    select: { conversationId: true },
  })
  return row === null ? undefined : (await openHandle(db, keys, row.conversationId))?.handle
}

/** Ends the code of a talk that is erased. */
export function endReturnCode(tx: Transaction, conversationId: string): void {
  tx.write(query.deleteFrom('ReturnCode').where('conversationId', '=', conversationId))
}
