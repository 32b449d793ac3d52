import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FilesPlace, openFileStore } from '../platform/files/file-store.ts'

/** What the list is called where files lie. */
const name = 'erasures'

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
export async function listErasures(place: FilesPlace, erasures: readonly Erasure[]): Promise<void> {
  if (erasures.length === 0) return
  const before = await readListed(place)
  const listed = new Set(before.split('\n'))
  const lines = erasures
    .map(({ hash, at }) => `${at.toISOString().slice(0, 10)} ${Buffer.from(hash).toString('hex')}`)
    .filter((line) => !listed.has(line))
  if (lines.length === 0) return
  const added = `${lines.join('\n')}\n`
  // In a bucket nothing is appended. One copy at a time writes the list, and each time the last
  // days are listed, so that none is lost.
  if (place.bucket !== undefined)
    await (await openFileStore(place)).put(name, Buffer.from(before + added))
  else await appendFile(join(place.dataDir, name), added, { mode: 0o600 })
}

/** The list as it stands; empty where there is none yet. */
export async function readListed(place: FilesPlace): Promise<string> {
  if (place.bucket === undefined)
    return readFile(join(place.dataDir, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
  const stored = await (await openFileStore(place)).get(name)
  return stored === undefined ? '' : Buffer.from(stored).toString('utf8')
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
