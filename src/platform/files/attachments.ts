import { randomBytes, randomUUID } from 'node:crypto'
import type { Turn } from '../fair-queue.ts'
import type { Db } from '../postgres/database.ts'
import { statement } from '../postgres/query.ts'
import { createKeyRing, type KeyRing } from '../sealing/key-ring.ts'
import { destroyKeys } from '../sealing/word-keys.ts'
import { type Decoder, openDecoder } from './decoder.ts'
import { sealedFileKey } from './file-keys.ts'
import type { FileKind, StoredFile } from './file-kind.ts'
import { type FilesPlace, openFileStore } from './file-store.ts'
import { remakeVoice } from './voice.ts'

/** What became of a file that was to be taken in. */
export type Kept =
  | { readonly id: string }
  | { readonly lost: 'tooLarge' | 'damaged' | 'notAPhoto' | 'notAVoice' | 'full' | 'trouble' }
/** Where files lie: encrypted, under random names that tell nothing (protections P28 and P34). */
export type Files = {
  /**
   * Takes a photo or voice note in. Both are made again, so that neither place, device nor time of
   * the recording stays (protection P18). What a file is, its content says, not its name.
   *
   * Senders take turns (`turn`), and anyone who goes is not waited for.
   *
   * @returns its id, or why it could not be taken.
   */
  readonly keep: (db: Db, kind: FileKind, content: Buffer, turn?: Turn) => Promise<Kept>
  /** Whether there is room for files; with less than `leastFreeBytes` only words are taken. */
  readonly hasRoom: () => Promise<boolean>
  readonly find: (db: Db, id: string) => Promise<StoredFile | undefined>
  /**
   * Whether a file is there already, as one of `others`: then it has the same content, byte for
   * byte.
   */
  readonly isAmong: (db: Db, id: string, others: readonly string[]) => Promise<boolean>
  readonly erase: (db: Db, ids: readonly string[]) => Promise<void>
  /** Writes a file again under another name; what it is stays. */
  readonly renew: (db: Db, id: string) => Promise<void>
  /** Seals a file with the first key of the ring, where it is not yet. Says whether it was. */
  readonly reseal: (db: Db, id: string) => Promise<boolean>
  /**
   * Gives a file a key of its own, where it has none yet; that one is sealed with the key `keyId`.
   * Says whether it was given.
   */
  readonly giveKey: (db: Db, id: string, keyId: string) => Promise<boolean>
  /** Ends the process that photos are made again in. */
  readonly close: () => Promise<void>
}

type Row = {
  readonly id: string
  readonly sealed: boolean
  readonly fileKey: string | null
  readonly messageId: bigint | null
}
type FilesOptions = { readonly leastFreeBytes?: number; readonly decoder?: Decoder }

/**
 * A file's most bytes: what chat apps hand over of one at the most, and more than a phone's camera
 * makes.
 */
export const mostBytes = 20 * 1024 * 1024

/**
 * Opens the files. Each is sealed with a key of its own (`file-keys.ts`), or before
 * sealing was begun with the ring, and bound to its row.
 */
export async function openFiles(
  place: FilesPlace,
  keys: KeyRing,
  { leastFreeBytes = 0, decoder = openDecoder() }: FilesOptions = {},
): Promise<Files> {
  const store = await openFileStore(place)
  /**
   * What a file's bytes are sealed with: its own key, or the ring where it is from before;
   * `undefined` once its key is destroyed.
   */
  const ringOf = async (
    db: Db,
    row: { readonly id: string; readonly fileKey: string | null },
  ): Promise<KeyRing | undefined> => {
    if (row.fileKey === null) return keys
    const [opened] = await db.words.open('Attachment', [row])
    return opened?.fileKey ? createKeyRing([Buffer.from(opened.fileKey, 'base64')]) : undefined
  }
  const find: Files['find'] = async (db, id) => {
    const row = await db.prisma.attachment.findUnique({ where: { id } })
    const ring = row === null ? undefined : await ringOf(db, row)
    const stored = row === null || ring === undefined ? undefined : await store.get(row.key)
    if (row === null || ring === undefined || stored === undefined) return undefined
    return {
      id,
      kind: row.kind as FileKind,
      contentType: row.contentType,
      content: row.sealed ? ring.openBytes(stored, filePlace(id)) : Buffer.from(stored),
    }
  }
  const hasRoom = () => store.hasRoom(leastFreeBytes)
  /**
   * How a file is sealed from now on: with a key of its own, which is sealed with the key `keyId`.
   */
  const newSeal = async (db: Db, id: string, keyId: string) => {
    // A copy of the version before could not open it.
    if ((await db.words.form()) !== 2) return { ring: keys, fileKey: null }
    const key = randomBytes(32)
    return { ring: createKeyRing([key]), fileKey: await sealedFileKey(db, id, keyId, key) }
  }
  /**
   * Under a new name: anyone who reads meanwhile finds the old file or the new one, whole. Says
   * whether it was written.
   */
  const writeAnew = async (
    db: Db,
    id: string,
    isWanted: (row: Row, stored: Uint8Array) => boolean,
    keyId?: string,
  ): Promise<boolean> => {
    const row = await db.prisma.attachment.findUnique({ where: { id } })
    const ring = row === null ? undefined : await ringOf(db, row)
    const stored = row === null || ring === undefined ? undefined : await store.get(row.key)
    if (row === null || ring === undefined || stored === undefined) return false
    if (!isWanted(row, stored)) return false
    const content = row.sealed ? ring.openBytes(stored, filePlace(id)) : stored
    const key = randomBytes(20).toString('hex')
    const to = keyId === undefined ? { ring, fileKey: row.fileKey } : await newSeal(db, id, keyId)
    await store.put(key, to.ring.sealBytes(content, filePlace(id)))
    // It may have come into a ticket meanwhile, and be sealed with its writer's key.
    const { key: was, messageId, fileKey } = row
    const { count } = await db.prisma.attachment.updateMany({
      where: { id, key: was, messageId, fileKey },
      data: { key, sealed: true, fileKey: to.fileKey },
    })
    await store.delete(count === 1 ? was : key)
    return count === 1
  }
  return {
    hasRoom,
    keep: async (db, kind, content, turn = { of: '' }) => {
      if (content.length > mostBytes) return { lost: 'tooLarge' }
      if (!(await hasRoom())) return { lost: 'full' }
      const made =
        kind === 'photo'
          ? await remakePhoto(decoder, content, turn)
          : await remakeVoice(decoder, content, turn)
      if ('lost' in made) return made
      const id = randomUUID()
      const key = randomBytes(20).toString('hex')
      const { ring, fileKey } = await newSeal(db, id, id)
      await store.put(key, ring.sealBytes(made.content, filePlace(id)))
      const data = {
        id,
        kind,
        contentType: made.contentType,
        bytes: made.content.length,
        key,
        sealed: true,
        fileKey,
      }
      await db.prisma.attachment.create({ data, select: { id: true } })
      return { id }
    },
    find,
    isAmong: async (db, id, others) => {
      const file = await find(db, id)
      if (file === undefined) return false
      // Only files of the same length are opened.
      const alike = await db.prisma.attachment.findMany({
        where: { id: { in: [...others], not: id }, kind: file.kind, bytes: file.content.length },
        select: { id: true },
      })
      for (const other of alike)
        if ((await find(db, other.id))?.content.equals(file.content) === true) return true
      return false
    },
    erase: async (db, ids) => {
      if (ids.length === 0) return
      const rows = await db.prisma.attachment.findMany({
        where: { id: { in: [...ids] } },
        select: { key: true },
      })
      for (const { key } of rows) await store.delete(key)
      await db.prisma.attachment.deleteMany({ where: { id: { in: [...ids] } } })
      await db.transaction(async (tx) => destroyKeys({ tx }, ids))
    },
    renew: async (db, id) => void (await writeAnew(db, id, () => true)),
    reseal: (db, id) =>
      writeAnew(
        db,
        id,
        (row, stored) => row.fileKey === null && (!row.sealed || !keys.isCurrent(stored)),
      ),
    giveKey: (db, id, keyId) => writeAnew(db, id, (row) => row.fileKey === null, keyId),
    close: decoder.stop,
  }
}

/**
 * Makes a photo again, without anything but its points: neither place nor device nor time of it
 * stays (protection P18).
 */
async function remakePhoto(decoder: Decoder, content: Buffer, turn: Turn) {
  const made = await decoder.decode({ kind: 'photo', content }, turn)
  if ('content' in made) return { content: Buffer.from(made.content), contentType: 'image/jpeg' }
  return 'lost' in made ? made : ({ lost: 'damaged' } as const)
}

/**
 * The files that a person has sent: those of what is in hand in their conversation, and those of
 * their tickets or of tickets that they have.
 */
export async function filesSaid(db: Db, conversationId: string): Promise<readonly string[]> {
  const rows = await db.read(statement<{ id: string }>`
    select jsonb_path_query("state", '$.**.files[*]') #>> '{}' as "id" from "Conversation"
      where "id" = ${conversationId}::uuid
    union select a."id"::text from "Conversation" c
      join "Ticket" t on t."conversationId" = c."id" or t."assigneeId" = c."memberId"
        or exists (select 1 from "Follower" f where f."ticketId" = t."id"
          and f."conversationId" = c."id")
      join "TicketMessage" m on m."ticketId" = t."id" join "Attachment" a on a."messageId" = m."id"
      where c."id" = ${conversationId}::uuid`)
  return rows.map(({ id }) => id)
}

const filePlace = (id: string) => `Attachment:${id}`
