import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Somebody who had everything erased: on which day, and what the record calls their chat
 * (`mailbox/erasure-record.store.ts`).
 */
export type Erasure = { readonly hash: Uint8Array; readonly at: Date }

/**
 * The list of erasures outside the database, so that it outlives a backup that is restored: a line
 * for each, a day and a keyed hash in hexadecimal. Without the key the hash tells nobody who it
 * was. What stands there already is not written again.
 */
export async function listErasures(dataDir: string, erasures: readonly Erasure[]): Promise<void> {
  if (erasures.length === 0) return
  const path = join(dataDir, 'erasures')
  const listed = new Set((await readFile(path, 'utf8').catch(() => '')).split('\n'))
  const lines = erasures
    .map(({ hash, at }) => `${at.toISOString().slice(0, 10)} ${Buffer.from(hash).toString('hex')}`)
    .filter((line) => !listed.has(line))
  if (lines.length > 0) await appendFile(path, `${lines.join('\n')}\n`, { mode: 0o600 })
}

/** Reads such a list, also one of an earlier version, with moments; `undefined` when it is none. */
export function readErasures(text: string): readonly Erasure[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const read = lines.map((line) =>
    /^(\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?) ([0-9a-f]{64}(?:[0-9a-f]{2})?)$/.exec(line.trim()),
  )
  if (read.some((found) => found === null)) return undefined
  return read.map((found) => ({
    at: new Date(found?.[1] ?? ''),
    hash: new Uint8Array(Buffer.from(found?.[2] ?? '', 'hex')),
  }))
}
