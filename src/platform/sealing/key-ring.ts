import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Encrypts chat handles and files and finds them again, with keys that are not in the database
 * (protection P05).
 */
export type KeyRing = {
  /** Encrypts with the first key; `place` binds the value to its row and column. */
  readonly seal: (text: string, place: string) => Uint8Array<ArrayBuffer>
  readonly sealBytes: (content: Uint8Array, place: string) => Uint8Array<ArrayBuffer>
  /** @throws when no key of the ring fits, or the value was moved or changed. */
  readonly open: (sealed: Uint8Array, place: string) => string
  readonly openBytes: (sealed: Uint8Array, place: string) => Buffer
  /**
   * Whether a value was written with the first key, and need not be rewritten when keys rotate.
   */
  readonly isCurrent: (sealed: Uint8Array) => boolean
  /** Whether the key that a value was written with is in the ring. */
  readonly holdsKeyOf: (sealed: Uint8Array) => boolean
  /** What every value of the first key begins with. */
  readonly currentMark: Uint8Array<ArrayBuffer>
  /** What values of each key of the ring begin with, the first key's first. */
  readonly marks: readonly Uint8Array<ArrayBuffer>[]
  /**
   * A keyed hash to find a value by: the first is the one to store, the others find what older keys
   * wrote.
   */
  readonly hashes: (
    text: string,
  ) => readonly [Uint8Array<ArrayBuffer>, ...Uint8Array<ArrayBuffer>[]]
  /**
   * Secrets for another use, such as signing cookies: the first one signs, all of them check, so
   * that keys can rotate.
   */
  readonly secretsFor: (use: string) => string[]
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
  const sealBytes = (content: Uint8Array, place: string) => {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', first.seal, iv).setAAD(Buffer.from(place))
    const body = Buffer.concat([cipher.update(content), cipher.final()])
    return new Uint8Array(Buffer.concat([first.id, iv, cipher.getAuthTag(), body]))
  }
  const openBytes = (sealed: Uint8Array, place: string) => {
    const bytes = Buffer.from(sealed)
    const key = ring.find(({ id }) => id.equals(bytes.subarray(0, idBytes)))
    if (key === undefined)
      throw new Error('DATA_KEY does not hold the key that this value was written with')
    const iv = bytes.subarray(idBytes, idBytes + ivBytes)
    const decipher = createDecipheriv('aes-256-gcm', key.seal, iv).setAAD(Buffer.from(place))
    decipher.setAuthTag(bytes.subarray(idBytes + ivBytes, idBytes + ivBytes + tagBytes))
    return Buffer.concat([
      decipher.update(bytes.subarray(idBytes + ivBytes + tagBytes)),
      decipher.final(),
    ])
  }
  return {
    sealBytes,
    openBytes,
    seal: (text, place) => sealBytes(Buffer.from(text, 'utf8'), place),
    open: (sealed, place) => openBytes(sealed, place).toString('utf8'),
    isCurrent: (sealed) => first.id.equals(sealed.subarray(0, idBytes)),
    holdsKeyOf: (sealed) => ring.some(({ id }) => id.equals(sealed.subarray(0, idBytes))),
    currentMark: new Uint8Array(first.id),
    marks: ring.map(({ id }) => new Uint8Array(id)),
    hashes: (text) =>
      ring.map(({ find }) => new Uint8Array(createHmac('sha256', find).update(text).digest())) as [
        Uint8Array<ArrayBuffer>,
      ],
    secretsFor: (use) => ring.map(({ key }) => derive(key, use).toString('base64')),
  }
}

/**
 * Reads the keys under `dataDir`, or makes one on the first start. As in `DATA_KEY`, several are
 * parted by commas.
 */
async function readOrMakeKeys(dataDir: string): Promise<readonly Buffer[]> {
  const folder = join(dataDir, 'keys')
  const path = join(folder, 'data-key')
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o700)
  // Exclusive: of two first starts at once, one makes the key and both read it.
  await writeFile(path, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
  const keys = (await readFile(path, 'utf8'))
    .split(',')
    .map((key) => Buffer.from(key.trim(), 'base64'))
  if (keys.some((key) => key.length !== 32))
    throw new Error(
      `${path} does not hold 32 bytes in base64: restore it from your backup of the key`,
    )
  return keys
}

function derive(key: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, 'jawab', use, 32))
}

/** The ring of a deployment: the keys of `DATA_KEY`, or the one under `dataDir`. */
export async function openKeyRing({
  dataKeys,
  dataDir,
}: {
  readonly dataKeys: readonly string[] | undefined
  readonly dataDir: string
}): Promise<KeyRing> {
  return createKeyRing(
    dataKeys?.map((key) => Buffer.from(key, 'base64')) ?? (await readOrMakeKeys(dataDir)),
  )
}
