import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Somebody who had everything erased: when, and the keyed hash of their chat. */
export type Erasure = { readonly hash: Uint8Array; readonly at: Date }

/**
 * The list of erasures outside the database, so that it outlives a backup that is restored: a line for each, a moment and a
 * keyed hash in hexadecimal. Without the key the hash tells nobody who it was.
 */
export async function listErasures(dataDir: string, erasures: readonly Erasure[]): Promise<void> {
  if (erasures.length === 0) return
  const lines = erasures.map(({ hash, at }) => `${at.toISOString()} ${Buffer.from(hash).toString('hex')}\n`)
  await appendFile(join(dataDir, 'erasures'), lines.join(''), { mode: 0o600 })
}

/** Reads such a list; `undefined` when it is none. */
export function readErasures(text: string): readonly Erasure[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const read = lines.map((line) => /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f]{64})$/.exec(line.trim()))
  if (read.some((found) => found === null)) return undefined
  return read.map((found) => ({ at: new Date(found?.[1] ?? ''), hash: new Uint8Array(Buffer.from(found?.[2] ?? '', 'hex')) }))
}
