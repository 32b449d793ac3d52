import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import type { KeyRing } from './key-ring.ts'

/**
 * What people write is sealed (AES-256-GCM) with a random key of its chat or, in a ticket, of its writer there (protection P36).
 * These keys are one narrow table, sealed with the key ring. To erase words is to destroy their key (P37).
 *
 * A sealed text is still a text, and names its key: `jw1.KEY.SEALED`. So both forms can stand in the same place.
 */
export type WordSeal = {
  /** Seals the texts in a value with a key, where sealing has been begun. What is sealed already stays as it is. */
  readonly seal: <T>(keyId: string, value: T) => Promise<T>
  /** Whether a value has texts that `seal` would seal. */
  readonly isWanted: (value: unknown) => Promise<boolean>
  /** Opens the texts in a value. A text whose key was destroyed is empty. */
  readonly open: <T>(value: T) => Promise<T>
  /** The keys that texts in a value are sealed with. What somebody wrote to look like a sealed text has none. */
  readonly keysOf: (value: unknown) => Promise<readonly string[]>
  /** Whether sealing has been begun. */
  readonly isBegun: () => Promise<boolean>
  readonly close: () => Promise<void>
}

/** Names in JSON whose strings are words that somebody wrote, or made of them. */
const wordNames = new Set(['text', 'plain'])
const [mark, idLength] = ['jw1.', 22] as const
const [ivBytes, tagBytes] = [12, 16] as const
/** How long a key and the answer whether to seal are remembered, in milliseconds; and how many keys. */
const [rememberedMs, mostRemembered] = [60_000, 20_000] as const

/** The id of the key that a text is sealed with; `undefined` where it is not sealed. */
export function keyIdOf(text: string): string | undefined {
  if (!text.startsWith(mark) || text[mark.length + idLength] !== '.') return undefined
  const hex = Buffer.from(text.slice(mark.length, mark.length + idLength), 'base64url').toString('hex')
  return hex.length === 32 ? toUuid(hex) : undefined
}

/** 32 hexadecimal digits as PostgreSQL writes a UUID. */
const toUuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** The ids of all keys that a value's texts are sealed with. */
export function keyIdsIn(value: unknown): readonly string[] {
  const found = new Set<string>()
  walk(value, (text) => {
    const id = keyIdOf(text)
    if (id !== undefined) found.add(id)
    return text
  })
  return [...found]
}

/**
 * The key of a chat, and of a reporter in their ticket: their own, or one that follows from the row where an earlier version made
 * it. What the team writes in a ticket has the ticket's id for a key, and what one writes who joined has theirs.
 */
export function keyOfChat({ id, wordKeyId }: { readonly id: string; readonly wordKeyId: string | null }): string {
  return wordKeyId ?? id
}
export function keyOfReporter({ id, wordKeyId }: { readonly id: string; readonly wordKeyId: string | null }): string {
  if (wordKeyId !== null) return wordKeyId
  return toUuid(createHash('sha256').update(`reporter:${id}`).digest('hex').slice(0, 32))
}

/** Where a key is bound to its row. */
export const keyPlace = (id: string) => `WordKey:${id}`

/** Without a key ring words are left as they are: for tools that look at nothing of them. */
export const noWords: WordSeal = {
  isWanted: async () => false,
  isBegun: async () => false,
  seal: async (_, value) => value,
  open: async (value) => value,
  keysOf: async (value) => keyIdsIn(value),
  close: async () => {},
}

/**
 * Opens the keys of words. They are read and made over a connection of their own: what a change writes with a new key stays
 * readable even where the change that made it is taken back.
 */
export function openWords(databaseUrl: string, ring: KeyRing): WordSeal {
  const known = new Map<string, { readonly key: Buffer; readonly at: number }>()
  const sealing = { isOn: false, at: 0 }
  let pool: pg.Pool | undefined
  const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
    pool ??= openPool(databaseUrl)
    return (await pool.query<Row>(text, [...values])).rows
  }
  const remember = (id: string, sealed: Uint8Array) => {
    const key = ring.openBytes(sealed, keyPlace(id))
    if (known.size >= mostRemembered) known.delete(known.keys().next().value ?? '')
    known.set(id, { key, at: Date.now() })
    return key
  }
  const recall = (id: string) => {
    const found = known.get(id)
    return found !== undefined && Date.now() - found.at < rememberedMs ? found.key : undefined
  }
  const isOn = async () => {
    if (sealing.isOn || Date.now() - sealing.at < rememberedMs / 6) return sealing.isOn
    sealing.isOn = (await query('select 1 from "Sealing" limit 1')).length > 0
    sealing.at = Date.now()
    return sealing.isOn
  }
  const keyFor = async (id: string): Promise<Buffer> => {
    const held = recall(id)
    if (held !== undefined) return held
    const made = Buffer.from(ring.sealBytes(randomBytes(32), keyPlace(id)))
    const [row] = await query<{ sealed: Buffer }>(
      `with made as (insert into "WordKey" ("id", "sealed") values ($1, $2) on conflict do nothing returning "sealed")
        select "sealed" from made union all select "sealed" from "WordKey" where "id" = $1 limit 1`,
      [id, made],
    )
    // Another copy may have made it in this moment.
    const [there] = row === undefined ? await query<{ sealed: Buffer }>('select "sealed" from "WordKey" where "id" = $1', [id]) : [row]
    if (there === undefined) throw new Error('a key of words was destroyed as it was made')
    return remember(id, there.sealed)
  }
  /** Keys by their ids, where they are still there. */
  const keysIn = async (value: unknown): Promise<ReadonlyMap<string, Buffer>> => {
    const ids = keyIdsIn(value)
    const found = new Map<string, Buffer>()
    for (const id of ids) {
      const key = recall(id)
      if (key !== undefined) found.set(id, key)
    }
    const missing = ids.filter((id) => !found.has(id))
    if (missing.length > 0)
      for (const { id, sealed } of await query<{ id: string; sealed: Buffer }>('select "id", "sealed" from "WordKey" where "id" = any($1::uuid[])', [missing]))
        found.set(id, remember(id, sealed))
    return found
  }
  const isWanted = async (value: unknown) => hasText(value) && (await isOn())
  return {
    isWanted,
    isBegun: isOn,
    seal: async (keyId, value) => {
      if (!(await isWanted(value))) return value
      const [key, others] = [await keyFor(keyId), await keysIn(value)]
      return walk(value, (text) => (text === '' || isSealed(text, others) ? text : sealText(keyId, key, text))) as typeof value
    },
    open: async (value) => {
      if (keyIdsIn(value).length === 0) return value
      const keys = await keysIn(value)
      return walk(value, (text) => {
        const id = keyIdOf(text)
        if (id === undefined) return text
        const key = keys.get(id)
        return key === undefined ? '' : (openText(id, key, text) ?? text)
      }) as typeof value
    },
    keysOf: async (value) => {
      const found = new Set<string>()
      const keys = await keysIn(value)
      walk(value, (text) => {
        const id = keyIdOf(text)
        const key = id === undefined ? undefined : keys.get(id)
        if (id !== undefined && key !== undefined && openText(id, key, text) !== undefined) found.add(id)
        return text
      })
      return [...found]
    },
    close: async () => void (await pool?.end()),
  }
}

/** A connection that is lost while it is idle is made anew by the next question; without a listener it would end the process. */
function openPool(connectionString: string): pg.Pool {
  return new pg.Pool({ connectionString, max: 2, idleTimeoutMillis: 30_000, connectionTimeoutMillis: 8_000 }).on('error', () => {})
}

function sealText(keyId: string, key: Buffer, text: string): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(keyId))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const id = Buffer.from(keyId.replaceAll('-', ''), 'hex').toString('base64url')
  return `${mark}${id}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`
}

/** Whether a text is sealed: by a key that is there, or by one that was destroyed. Anybody may write what only looks like it. */
function isSealed(text: string, keys: ReadonlyMap<string, Buffer>): boolean {
  const id = keyIdOf(text)
  if (id === undefined) return false
  const key = keys.get(id)
  return key === undefined || openText(id, key, text) !== undefined
}

/** `undefined` where the text was not sealed with this key. */
function openText(keyId: string, key: Buffer, text: string): string | undefined {
  try {
    const sealed = Buffer.from(text.slice(mark.length + idLength + 1), 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes)).setAAD(Buffer.from(keyId))
    decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

/** A value with each of its words changed: a text by itself, or in JSON what stands under a name of words. */
function walk(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  return walkJson(value, change)
}

function walkJson(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => walkJson(each, change))
  if (typeof value !== 'object' || value === null || value instanceof Date || Buffer.isBuffer(value) || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, typeof each === 'string' && wordNames.has(name) ? change(each) : walkJson(each, change)]),
  )
}

function hasText(value: unknown): boolean {
  let found = false
  walk(value, (text) => {
    found ||= text !== ''
    return text
  })
  return found
}
