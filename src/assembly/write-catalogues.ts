import { writeFile } from 'node:fs/promises'
import { builtCatalogues, makeCatalogues } from './read-catalogues.ts'

/**
 * Run once by the build (`cli/start.mjs`): what is made of `locales/` need not be made at each start.
 */
await writeFile(builtCatalogues, JSON.stringify(await makeCatalogues()))
