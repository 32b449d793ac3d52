import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import type { Db } from './connection.ts'
import type { KeyRing } from './key-ring.ts'
import { openVoices } from './voice.ts'

export type FileKind = 'photo' | 'voice'
export type StoredFile = { readonly id: string; readonly kind: FileKind; readonly contentType: string; readonly content: Buffer }

/** Where files lie: encrypted, under random names that tell nothing (protections P28 and P34). */
export type Files = {
  /**
   * Takes a photo or voice note in. Both are made anew, so that neither place, device nor time of the recording stays
   * (protection P18). What a file is, its content says, not its name.
   *
   * @returns its id, or `undefined` when it is not what it must be.
   */
  readonly keep: (db: Db, kind: FileKind, content: Buffer) => Promise<string | undefined>
  readonly find: (db: Db, id: string) => Promise<StoredFile | undefined>
  readonly erase: (db: Db, ids: readonly string[]) => Promise<void>
  /** Seals a file with the first key of the ring, where it is not yet. Says whether it was. */
  readonly reseal: (db: Db, id: string) => Promise<boolean>
}

/** A file's most bytes, and a picture's most pixels: a phone's camera makes fewer, a decompression bomb more. */
export const mostBytes = 10 * 1024 * 1024
const mostPixels = 64_000_000
/** Long enough an edge to read a meter by, short enough for a thin connection. */
const longestEdge = 1600

/** Opens the folder of files. What is written there is sealed with the key ring, bound to its own row. */
export async function openFiles(dataDir: string, keys: KeyRing): Promise<Files> {
  const folder = attachmentsFolder(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const remakeVoice = openVoices()
  const disk = new Disk(new FSDriver({ location: pathToFileURL(`${folder}/`), visibility: 'private' }))
  return {
    keep: async (db, kind, content) => {
      const made = content.length > mostBytes ? undefined : kind === 'photo' ? await remakePhoto(content) : await remakeVoice(content)
      if (made === undefined) return undefined
      const id = randomUUID()
      const key = randomBytes(20).toString('hex')
      await disk.put(key, keys.sealBytes(made.content, filePlace(id)))
      await db.attachment.create({ data: { id, kind, contentType: made.contentType, bytes: made.content.length, key, sealed: true }, select: { id: true } })
      return id
    },
    find: async (db, id) => {
      const row = await db.attachment.findUnique({ where: { id } })
      if (row === null || !(await disk.exists(row.key))) return undefined
      const stored = await disk.getBytes(row.key)
      return { id, kind: row.kind as FileKind, contentType: row.contentType, content: row.sealed ? keys.openBytes(stored, filePlace(id)) : Buffer.from(stored) }
    },
    erase: async (db, ids) => {
      if (ids.length === 0) return
      const rows = await db.attachment.findMany({ where: { id: { in: [...ids] } }, select: { key: true } })
      for (const { key } of rows) await disk.delete(key)
      await db.attachment.deleteMany({ where: { id: { in: [...ids] } } })
    },
    reseal: async (db, id) => {
      const row = await db.attachment.findUnique({ where: { id } })
      if (row === null || !(await disk.exists(row.key))) return false
      const stored = await disk.getBytes(row.key)
      if (row.sealed && keys.isCurrent(stored)) return false
      const content = row.sealed ? keys.openBytes(stored, filePlace(id)) : stored
      // Under a new name: whoever reads meanwhile finds the old file or the new one, whole.
      const key = randomBytes(20).toString('hex')
      await disk.put(key, keys.sealBytes(content, filePlace(id)))
      const { count } = await db.attachment.updateMany({ where: { id, key: row.key }, data: { key, sealed: true } })
      await disk.delete(count === 1 ? row.key : key)
      return count === 1
    },
  }
}

export const attachmentsFolder = (dataDir: string) => resolve(dataDir, 'attachments')

const filePlace = (id: string) => `Attachment:${id}`

/** A file made anew. */
type Made = { readonly content: Buffer; readonly contentType: string }

async function remakePhoto(content: Buffer): Promise<Made | undefined> {
  // Loaded with the first photo: it takes 20 MB.
  const { default: sharp } = await import('sharp')
  try {
    const picture = sharp(content, { limitInputPixels: mostPixels, failOn: 'error' })
    const { format } = await picture.metadata()
    if (!['jpeg', 'png', 'webp', 'heif'].includes(format ?? '')) return undefined
    const remade = await picture
      .rotate()
      .resize({ width: longestEdge, height: longestEdge, fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 80 })
      .toBuffer()
    return { content: remade, contentType: 'image/jpeg' }
  } catch {
    // Not a picture that sharp can read: the caller tells the sender what would be right.
    return undefined
  }
}
