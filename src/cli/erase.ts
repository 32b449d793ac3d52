import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readErasures } from '../erasures.ts'
import { openFiles } from '../store/attachments.ts'
import { change } from '../store/connection.ts'
import { findErased, forget } from '../store/forgetting.ts'
import { openKeyRing } from '../store/key-ring.ts'
import { openOffice } from '../store/office.ts'
import { withDatabase } from './database.ts'
import { InputError } from './language.ts'

/** `jawab erase --replay [FILE]`: after a backup was restored, erases again whoever had been erased since it was made. */
export async function replayErasures({ replay }: { readonly replay?: string | true }): Promise<void> {
  if (replay === undefined) throw new InputError('say --replay, and where the list of erasures is if it is not under DATA_DIR')
  await withDatabase({ migrates: true }, async (db, config) => {
    const { dataDir, timeZone } = config
    const file = replay === true ? join(dataDir, 'erasures') : replay
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (replay === true && error.code === 'ENOENT') return ''
      throw new InputError(`${file} cannot be read`)
    })
    const listed = readErasures(text)
    if (listed === undefined) throw new InputError(`${file} is no list of erasures: each line must be a moment and a hash`)
    const keys = await openKeyRing(config)
    const [files, now] = [await openFiles(dataDir, keys), () => Date.now()]
    const office = openOffice(db, timeZone, now)
    const ids = await findErased(db, keys, listed)
    for (const id of ids) {
      const { erased } = await change(db, await office(), now(), (each) => forget(each, id))
      await files.erase(db, erased)
      await db.conversation.deleteMany({ where: { id } })
    }
    console.log(`${listed.length} erasures are listed; ${ids.length} chats had come back and were erased again.`)
  })
}
