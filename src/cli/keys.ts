import { randomBytes } from 'node:crypto'
import { openFiles } from '../store/attachments.ts'
import { openKeyRing } from '../store/key-ring.ts'
import { rotateKeys } from '../store/key-rotation.ts'
import { withDatabase } from './database.ts'

/** `jawab keys make`: a fresh key for `DATA_KEY`. */
export function makeKey(): void {
  console.log(randomBytes(32).toString('base64'))
}

/** `jawab keys rotate`: writes anew with the first key what older keys have written, also while the service runs. */
export async function rotate(): Promise<void> {
  await withDatabase({ migrates: false }, async (db, config) => {
    const keys = await openKeyRing(config)
    const { chats, secrets, cards, files } = await rotateKeys(db, await openFiles(config.dataDir, keys), keys)
    console.log(`Written anew with the first key: ${chats} chats, ${secrets} secrets of webhooks, ${files} files, ${cards} cards.`)
    console.log('Keep the older keys with the backups that were made with them, and take them out of DATA_KEY once those are gone.')
  })
}
