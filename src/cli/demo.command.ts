import { rm } from 'node:fs/promises'
import { attachmentsFolder } from '../platform/files/file-store.ts'
import { countPresent } from '../platform/postgres/embedded.ts'
import { bringForward } from '../platform/postgres/open-database.ts'
import { withClient } from '../platform/postgres/with-client.ts'
import { holdsOnlyDemo, noteCleared } from '../simulation/demo.store.ts'
import { withDatabase } from './database.ts'
import { InputError } from './language.command.ts'

/**
 * `jawab demo clear`: takes the demonstration away, with everything that was written in it, so that
 * an organisation of one's own can be loaded. Only where every member and every place is the
 * demonstration's, and while the service stands still.
 */
export async function clearDemo(): Promise<void> {
  await withDatabase({ migrates: true }, async (db, { dataDir }, database) => {
    if (!database.isEmbedded || !(await holdsOnlyDemo(db)))
      throw new InputError(
        'this database does not hold the demonstration alone; nothing was changed',
      )
    if ((await countPresent(database.url)) > 1)
      throw new InputError('the service is running: stop it first, then clear the demonstration')
    // Jobs are the service's own, all else is the owner's.
    await withClient(database.url, (client) => client.query('drop schema if exists bullmq cascade'))
    await withClient(database.ownerUrl, (client) =>
      client.query('drop schema public cascade; create schema public'),
    )
    await bringForward(database)
    await rm(attachmentsFolder(dataDir), { recursive: true, force: true })
    await noteCleared(dataDir)
    console.log(
      [
        'The demonstration is gone. Next:',
        '  jawab import org FILE…           your places, teams and members (`--help` lists the columns)',
        '  jawab staff login-link CODE      a link for your administrator',
        '  jawab start                      and invite the others in the console',
      ].join('\n'),
    )
  })
}
