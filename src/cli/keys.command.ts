import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { openFiles } from '../platform/files/attachments.ts'
import { createKeyRing, openKeyRing } from '../platform/sealing/key-ring.ts'
import { confirmKeys } from '../privacy/key-copies.store.ts'
import { rotateKeys } from '../privacy/key-rotation.store.ts'
import { withDatabase } from './database.ts'
import { InputError } from './language.command.ts'

/** `jawab keys make`: a fresh key for `DATA_KEY`. */
export function makeKey(): void {
  console.log(randomBytes(32).toString('base64'))
}

/**
 * `jawab keys confirm FILE`: shows that a copy of the ring is kept elsewhere. The copy is compared,
 * and only that it fits is noted.
 */
export async function confirmCopy(file: string): Promise<void> {
  await withDatabase({ migrates: false }, async (db, config) => {
    const own = await openKeyRing(config)
    const text = await readFile(file, 'utf8').catch(() => {
      throw new InputError(`${file} cannot be read`)
    })
    const given = text
      .trim()
      .split(',')
      .map((key) => Buffer.from(key.trim(), 'base64'))
    if (given.some((key) => key.length !== 32))
      throw new InputError(
        `${file} does not hold 32 bytes in base64, or several such keys with commas between`,
      )
    const copy = createKeyRing(given)
    const isThere = (mark: Uint8Array) => copy.marks.some((each) => Buffer.from(each).equals(mark))
    if (!own.marks.every(isThere))
      throw new InputError(
        `${file} is not a copy of the key ring: ${own.marks.filter((mark) => !isThere(mark)).length} keys are missing`,
      )
    await confirmKeys(db, own.marks, new Date())
    console.log('The copy opens everything. Keep it apart from the backups.')
  })
}

/**
 * `jawab keys rotate`: rewrites with the first key what older keys have written, also while the
 * service runs.
 */
export async function rotate(): Promise<void> {
  await withDatabase({ migrates: false }, async (db, config) => {
    const keys = await openKeyRing(config)
    const { chats, secrets, cards, words, files } = await rotateKeys(
      db,
      await openFiles(config, keys),
      keys,
    )
    console.log(
      `Written anew with the first key: ${chats} chats, ${secrets} secrets of webhooks, ${files} files, ${cards} cards, ${words} keys of words.`,
    )
    console.log(
      'Keep the older keys with the backups that were made with them, and take them out of DATA_KEY once those are gone.',
    )
  })
}
