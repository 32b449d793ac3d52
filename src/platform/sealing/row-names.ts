import { createCipheriv, createDecipheriv } from 'node:crypto'

/**
 * Names of rows for those outside. A row's number counts what the whole service has done, so who
 * gets two of them learns how much was said in between. A name is one block of AES: it says
 * nothing, and leads back to its row.
 */
export type RowNames = {
  readonly nameOf: (id: bigint) => string
  /** The row of a name; `undefined` where it is no name of this service. */
  readonly idOf: (name: string) => bigint | undefined
}

const blockBytes = 16
const idBytes = 8

/**
 * @param secrets - Keys of 32 bytes in base64, as `KeyRing.secretsFor` gives them: the first one
 * makes names, all of them read.
 */
export function openRowNames(secrets: readonly string[]): RowNames {
  const [first, ...older] = secrets.map((secret) => Buffer.from(secret, 'base64'))
  if (first === undefined) throw new RangeError('names need a key')
  return {
    nameOf: (id) => {
      const block = Buffer.alloc(blockBytes)
      block.writeBigInt64BE(id, blockBytes - idBytes)
      // One block of its own needs no mode: the same row has the same name, and that is wanted.
      const cipher = createCipheriv('aes-256-ecb', first, null).setAutoPadding(false)
      return Buffer.concat([cipher.update(block), cipher.final()]).toString('base64url')
    },
    idOf: (name) => {
      const block = Buffer.from(name, 'base64url')
      if (block.length !== blockBytes) return undefined
      for (const key of [first, ...older]) {
        const decipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false)
        const open = Buffer.concat([decipher.update(block), decipher.final()])
        if (open.subarray(0, blockBytes - idBytes).every((byte) => byte === 0))
          return open.readBigInt64BE(blockBytes - idBytes)
      }
      return undefined
    },
  }
}
