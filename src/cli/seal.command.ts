import { openFiles } from '../platform/files/attachments.ts'
import { openKeyRing } from '../platform/sealing/key-ring.ts'
import {
  beginSealing,
  countPlain,
  rewriteTables,
  sealOlder,
} from '../platform/sealing/seal-rows.ts'
import { withDatabase } from './database.ts'
import { InputError } from './language.command.ts'

/**
 * `jawab seal`: from now on what people write is sealed, and what is there is sealed in batches,
 * while the service runs. `--rewrite`: writes the tables again, as pages of the database's files
 * keep old bytes. They are locked meanwhile.
 */
export async function sealWords({ rewrite }: { readonly rewrite?: true }): Promise<void> {
  await withDatabase(
    { migrates: false, needsKeys: true },
    async (db, config, { url, ownerUrl }) => {
      if (rewrite === true) {
        const left = await countPlain(db)
        if (left > 0)
          throw new InputError(
            `${left} rows hold words that are not sealed yet; first run: npx jawab seal`,
          )
        await rewriteTables(ownerUrl)
        console.log(
          'The tables were written anew. Old bytes may still be in the log of PostgreSQL until it is recycled, and in backups until their end.',
        )
        return
      }
      await beginSealing(url)
      const files = await openFiles(config, await openKeyRing(config))
      const sealed = await sealOlder(db, files)
      console.log(
        `Sealed: ${sealed} rows. Left: ${await countPlain(db)}. What is written from now on is sealed at once.`,
      )
      console.log('In a maintenance window, with the service stopped: npx jawab seal --rewrite')
    },
  )
}
