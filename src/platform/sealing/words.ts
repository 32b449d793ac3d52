import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto'
import pg from 'pg'
import type { KeyRing } from './key-ring.ts'
import {
  changeRow,
  changeTexts,
  type Form,
  formOf,
  hasText,
  inTransit,
  keyIdOf,
  keyIdsIn,
  type NamedRow,
  openText,
  type Place,
  type SealedTable,
  sealText,
  toForm,
  toUuid,
} from './sealed-text.ts'

/**
 * What people write is sealed (AES-256-GCM) with a random key of its chat or, in a ticket, of its
 * writer there, and bound to its column and row (protection P36). These keys are one narrow table,
 * sealed with the key ring. To erase words is to destroy their key (P37).
 */
export type WordSeal = {
  /**
   * Seals the texts in the value of a column with a key, where sealing has been begun. What was
   * quoted, and so sealed in transit with another key, keeps that key.
   */
  readonly seal: <T>(keyId: string, value: T, place: Place) => Promise<T>
  /** The same for a value that was written before sealing was begun, or in an earlier form. */
  readonly sealAnew: <T>(keyId: string, value: T, place: Place) => Promise<T>
  /** Whether a value has texts that `seal` would seal. */
  readonly isWanted: (value: unknown) => Promise<boolean>
  /**
   * Opens the texts in rows, or in the columns of them that are there. A text whose key was
   * destroyed, or that was moved to another place, is empty.
   */
  readonly open: <Table extends SealedTable, Row extends NamedRow[Table]>(
    table: Table,
    rows: readonly Row[],
  ) => Promise<Row[]>
  /**
   * The keys that texts in rows are sealed with. What somebody wrote to look like a sealed text has
   * none.
   */
  readonly keysOf: <Table extends SealedTable>(
    table: Table,
    rows: readonly NamedRow[Table][],
  ) => Promise<readonly string[]>
  /** Remembers a key that was read with something else, as it stands in its table. */
  readonly learn: (keyId: string, sealed: Uint8Array) => void
  /**
   * The id of a key that nothing is sealed with yet. It is there already, so that nobody waits for
   * it to be made.
   */
  readonly newKeyId: () => Promise<string>
  /** In which form texts are sealed; 0 where sealing has not been begun. */
  readonly form: () => Promise<Form | 0>
  readonly close: () => Promise<void>
}

/**
 * How long a key and the answer whether to seal are remembered, in milliseconds; and how many keys.
 */
const [rememberedMs, mostRemembered] = [60_000, 20_000] as const
/**
 * How many keys are made at once, for chats and tickets to come. A process that is killed leaves at
 * most so many unused.
 */
const madeAtOnce = 32

/**
 * The key of a chat, and of a reporter in their ticket: their own, or one that follows from the row
 * where an earlier version made it. What the team writes in a ticket has the ticket's id for a key,
 * what one writes who joined has theirs, and a file that is in no ticket yet has its own.
 */
export function keyOfChat({
  id,
  wordKeyId,
}: {
  readonly id: string
  readonly wordKeyId: string | null
}): string {
  return wordKeyId ?? id
}
/** The key of what a reporter writes in their ticket. */
export function keyOfReporter({
  id,
  wordKeyId,
}: {
  readonly id: string
  readonly wordKeyId: string | null
}): string {
  if (wordKeyId !== null) return wordKeyId
  return toUuid(createHash('sha256').update(`reporter:${id}`).digest('hex').slice(0, 32))
}

/** The key of what somebody has written to a ticket; `writerId` is of those who joined. */
export function keyOfWriter(
  by: string,
  ticket: { readonly id: string; readonly wordKeyId: string | null },
  writerId: string | null | undefined,
): string {
  return by === 'member' ? ticket.id : (writerId ?? keyOfReporter(ticket))
}

/** Where a key is bound to its row. */
export const keyPlace = (id: string) => `WordKey:${id}`

/** Without a key ring words are left as they are: for tools that look at nothing of them. */
export const noWords: WordSeal = {
  isWanted: async () => false,
  form: async () => 0,
  learn: () => {},
  newKeyId: async () => randomUUID(),
  seal: async (_, value) => value,
  sealAnew: async (_, value) => value,
  open: async (_, rows) => [...rows],
  keysOf: async (_, rows) => keyIdsIn(rows),
  close: async () => {},
}

/**
 * Opens the keys of words. They are read and made over connections of their own: what a change
 * writes with a new key stays readable even where the change that made it is taken back.
 */
export function openWords(databaseUrl: string, ring: KeyRing): WordSeal {
  const known = new Map<string, { readonly key: Buffer; readonly at: number }>()
  const spare: { readonly id: string; readonly key: Buffer }[] = []
  const sealing: { form: Form | 0; at: number } = { form: 0, at: 0 }
  let making: Promise<void> | undefined
  let pool: pg.Pool | undefined
  const query = async <Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ) => {
    pool ??= openPool(databaseUrl)
    return (await pool.query<Row>(text, [...values])).rows
  }
  const remember = (id: string, key: Buffer) => {
    if (known.size >= mostRemembered) known.delete(known.keys().next().value ?? '')
    known.set(id, { key, at: Date.now() })
    return key
  }
  const recall = (id: string) => {
    const found = known.get(id)
    return found !== undefined && Date.now() - found.at < rememberedMs ? found.key : undefined
  }
  const form = async () => {
    if (sealing.form === 2 || Date.now() - sealing.at < rememberedMs / 6) return sealing.form
    return askForm()
  }
  const askForm = async () => {
    const [row] = await query<{ form: number }>('select max("form") as "form" from "Sealing"')
    sealing.form = toForm(row?.form)
    sealing.at = Date.now()
    return sealing.form
  }
  const makeSpare = async () => {
    const made = Array.from({ length: madeAtOnce }, () => ({
      id: randomUUID(),
      key: randomBytes(32),
    }))
    const sealed = made.map(({ id, key }) => Buffer.from(ring.sealBytes(key, keyPlace(id))))
    await query(
      'insert into "WordKey" ("id", "sealed") select * from unnest($1::uuid[], $2::bytea[])',
      [made.map(({ id }) => id), sealed],
    )
    spare.push(...made)
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
    const [there] =
      row === undefined
        ? await query<{ sealed: Buffer }>('select "sealed" from "WordKey" where "id" = $1', [id])
        : [row]
    if (there === undefined) throw new Error('a key of words was destroyed as it was made')
    return remember(id, ring.openBytes(there.sealed, keyPlace(id)))
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
      for (const { id, sealed } of await query<{ id: string; sealed: Buffer }>(
        'select "id", "sealed" from "WordKey" where "id" = any($1::uuid[])',
        [missing],
      ))
        found.set(id, remember(id, ring.openBytes(sealed, keyPlace(id))))
    return found
  }
  const sealWith = async <T>(
    how: typeof sealed,
    keyId: string,
    value: T,
    place: Place,
  ): Promise<T> => {
    const as = await form()
    if (as === 0 || !hasText(value)) return value
    const [key, others] = [await keyFor(keyId), await keysIn(value)]
    return changeTexts(value, (text) =>
      text === '' ? text : how(as, keyId, key, text, place, others),
    ) as T
  }
  const isWanted = async (value: unknown) => hasText(value) && (await form()) !== 0
  return {
    isWanted,
    form,
    learn: (id, sealed) => {
      if (recall(id) === undefined) remember(id, ring.openBytes(sealed, keyPlace(id)))
    },
    newKeyId: async () => {
      if ((await form()) === 0) return randomUUID()
      while (spare.length === 0) {
        making ??= makeSpare().finally(() => {
          making = undefined
        })
        await making
      }
      // By lot: the order in which keys were made tells nothing of the order in which they are used
      // (protection P38).
      const [taken] = spare.splice(randomInt(spare.length), 1)
      if (taken === undefined) throw new Error('a key that was there is gone')
      remember(taken.id, taken.key)
      return taken.id
    },
    seal: (keyId, value, place) => sealWith(sealed, keyId, value, place),
    sealAnew: (keyId, value, place) => sealWith(sealedAnew, keyId, value, place),
    open: async (table, rows) => {
      if (keyIdsIn(rows).length === 0) return [...rows]
      // Where nothing is sealed, somebody has written what looks like it. Another copy may have
      // begun sealing in this moment.
      if (sealing.form === 0 && (await askForm()) === 0) return [...rows]
      const keys = await keysIn(rows)
      return rows.map((row) =>
        changeRow(table, row, (text, place) => {
          const id = keyIdOf(text)
          if (id === undefined) return text
          const key = keys.get(id)
          return key === undefined ? '' : (openText(id, key, text, place) ?? '')
        }),
      )
    },
    keysOf: async (table, rows) => {
      const found = new Set<string>()
      const keys = await keysIn(rows)
      for (const row of rows)
        changeRow(table, row, (text, place) => {
          const id = keyIdOf(text)
          const key = id === undefined ? undefined : keys.get(id)
          if (id !== undefined && key !== undefined && openText(id, key, text, place) !== undefined)
            found.add(id)
          return text
        })
      return [...found]
    },
    close: async () => {
      // What was made and not used goes; where the database is gone already, it stays and is of no
      // use to anybody.
      if (spare.length > 0)
        await query('delete from "WordKey" where "id" = any($1::uuid[])', [
          spare.map(({ id }) => id),
        ]).catch(() => {})
      await pool?.end()
    },
  }
}

/**
 * A connection that is lost while it is idle is made again by the next question; without a listener
 * it would end the process.
 */
function openPool(connectionString: string): pg.Pool {
  return new pg.Pool({
    connectionString,
    max: 2,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 8_000,
  }).on('error', () => {})
}

/**
 * A text sealed for its place. One that was quoted keeps its writer's key. Anybody may write what
 * only looks sealed: it opens with no key, and is sealed as any text.
 */
function sealed(
  form: Form,
  keyId: string,
  key: Buffer,
  text: string,
  place: Place,
  others: ReadonlyMap<string, Buffer>,
): string {
  const id = keyIdOf(text)
  const own = id === undefined ? undefined : others.get(id)
  const inside =
    id === undefined || own === undefined ? undefined : openText(id, own, text, inTransit)
  return id === undefined || own === undefined || inside === undefined
    ? sealText(form, keyId, key, text, place)
    : sealText(form, id, own, inside, place)
}

/**
 * A text that stands there already, in the present form. What an earlier version sealed keeps its
 * key; without its key it is nothing.
 */
function sealedAnew(
  form: Form,
  keyId: string,
  key: Buffer,
  text: string,
  place: Place,
  others: ReadonlyMap<string, Buffer>,
): string {
  const id = keyIdOf(text)
  if (id === undefined) return sealText(form, keyId, key, text, place)
  if (formOf(text) === form) return text
  const own = others.get(id)
  const inside = own === undefined ? undefined : openText(id, own, text, place)
  return own === undefined || inside === undefined ? '' : sealText(form, id, own, inside, place)
}
