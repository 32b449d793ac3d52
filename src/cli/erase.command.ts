import { readFile } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { openOffice } from '../organisation/office.store.ts'
import { unitOfWork } from '../organisation/unit-of-work.store.ts'
import { openFiles } from '../platform/files/attachments.ts'
import type { Db } from '../platform/postgres/database.ts'
import { openKeyRing } from '../platform/sealing/key-ring.ts'
import { findErased, forget } from '../privacy/erase-resident.store.ts'
import { type Erasure, readErasures, readListed } from '../privacy/erasures-file.client.ts'
import { withDatabase } from './database.ts'
import { InputError } from './language.command.ts'

/**
 * `jawab erase --replay [FILE]`: after a backup was restored, erases again everybody who had been
 * erased since it was made.
 */
export async function replayErasures({
  replay,
}: {
  readonly replay?: string | true
}): Promise<void> {
  if (replay === undefined)
    throw new InputError(
      'say --replay, and where the list of erasures is if it is not under DATA_DIR',
    )
  await withDatabase({ migrates: true, needsKeys: true }, async (db, config) => {
    const listed = replay === true ? await ownErasures(config) : await erasuresIn(replay)
    console.log(await eraseAgain(db, config, listed))
  })
}

/**
 * Erases everybody who is listed or noted in the database and has come back. Returns what to say of
 * it.
 */
export async function eraseAgain(
  db: Db,
  config: Config,
  listed: readonly Erasure[],
): Promise<string> {
  const keys = await openKeyRing(config)
  const [files, now] = [await openFiles(config, keys), () => Date.now()]
  const office = openOffice(db, config.timeZone, now)
  const ids = await findErased(db, keys, listed)
  for (const id of ids) {
    const { after } = await unitOfWork(db, await office(), now(), (work) => forget(work, id))
    await files.erase(db, [...after.deleteFiles])
    await db.prisma.conversation.deleteMany({ where: { id } })
  }
  return `${listed.length} erasures are listed; ${ids.length} chats had come back and were erased again.`
}

/** The list that lies with the files; empty where nobody has been erased. */
export async function ownErasures(config: Config): Promise<readonly Erasure[]> {
  return listedIn(await readListed(config), 'the list of erasures')
}

/** @throws {InputError} when it is no list of erasures, or not there. */
export async function erasuresIn(file: string): Promise<readonly Erasure[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new InputError(`${file} cannot be read`)
  })
  return listedIn(text, file)
}

function listedIn(text: string, where: string): readonly Erasure[] {
  const listed = readErasures(text)
  if (listed === undefined)
    throw new InputError(`${where} is no list of erasures: each line must be a day and a hash`)
  return listed
}
