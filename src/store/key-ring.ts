import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Encrypts chat handles and finds them again, with keys that are not in the database (protection P05). */
export type KeyRing = {
  /** Encrypts with the first key; `place` binds the value to its row and column. */
  readonly seal: (text: string, place: string) => Uint8Array<ArrayBuffer>
  /** @throws when no key of the ring fits, or the value was moved or changed. */
  readonly open: (sealed: Uint8Array, place: string) => string
  /** A keyed hash to find a value by: the first is the one to store, the others find what older keys wrote. */
  readonly hashes: (text: string) => readonly [Uint8Array<ArrayBuffer>, ...Uint8Array<ArrayBuffer>[]]
  /** A secret for another use, such as signing cookies, derived from the first key. */
  readonly secretFor: (use: string) => Buffer
}

const idBytes = 4
const ivBytes = 12
const tagBytes = 16

/** AES-256-GCM and HMAC-SHA-256 over a ring of 32-byte keys; the first one writes. */
export function createKeyRing(keys: readonly Buffer[]): KeyRing {
  const ring = keys.map((key) => ({
    id: createHash('sha256').update(key).digest().subarray(0, idBytes),
    seal: derive(key, 'seal'),
    find: derive(key, 'find'),
    key,
  }))
  const [first] = ring
  if (first === undefined) throw new RangeError('a key ring needs a key')
  return {
    seal: (text, place) => {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', first.seal, iv).setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return new Uint8Array(Buffer.concat([first.id, iv, cipher.getAuthTag(), body]))
    },
    open: (sealed, place) => {
      const bytes = Buffer.from(sealed)
      const key = ring.find(({ id }) => id.equals(bytes.subarray(0, idBytes)))
      if (key === undefined) throw new Error('DATA_KEY does not hold the key that this value was written with')
      const iv = bytes.subarray(idBytes, idBytes + ivBytes)
      const decipher = createDecipheriv('aes-256-gcm', key.seal, iv).setAAD(Buffer.from(place))
      decipher.setAuthTag(bytes.subarray(idBytes + ivBytes, idBytes + ivBytes + tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(idBytes + ivBytes + tagBytes)), decipher.final()]).toString('utf8')
    },
    hashes: (text) => ring.map(({ find }) => new Uint8Array(createHmac('sha256', find).update(text).digest())) as [Uint8Array<ArrayBuffer>],
    secretFor: (use) => derive(first.key, use),
  }
}

/** Reads the key under `dataDir`, or makes it on the first start. */
export async function readOrMakeKey(dataDir: string): Promise<Buffer> {
  const folder = join(dataDir, 'keys')
  const path = join(folder, 'data-key')
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o700)
  // Exclusive: of two first starts at once, one makes the key and both read it.
  await writeFile(path, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const key = Buffer.from(await readFile(path, 'utf8'), 'base64')
  if (key.length !== 32) throw new Error(`${path} does not hold 32 bytes in base64: restore it from your backup of the key`)
  return key
}

function derive(key: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, 'jawab', use, 32))
}

/** The ring of a deployment: the keys of `DATA_KEY`, or the one under `dataDir`. */
export async function openKeyRing({ dataKeys, dataDir }: { readonly dataKeys: readonly string[] | undefined; readonly dataDir: string }): Promise<KeyRing> {
  return createKeyRing(dataKeys?.map((key) => Buffer.from(key, 'base64')) ?? [await readOrMakeKey(dataDir)])
}
