import { writeFile } from 'node:fs/promises'
import { readCatalogues } from '../assembly/read-catalogues.ts'
import { entrancesOf } from '../channels/entrances.ts'
import { rootOf } from '../config.ts'
import { posterPage } from '../console/admin/poster.page.tsx'
import { readPosterStyle } from '../console/admin/poster-style.client.ts'
import { type CatalogueLanguage, createTranslations } from '../language/catalogue.ts'
import { keysOf } from '../language/place-name.ts'
import { createVoice } from '../language/render.ts'
import {
  entranceOf,
  findPlace,
  findPlacesLike,
  type PlaceRow,
  takesReports,
} from '../organisation/places.store.ts'
import type { Db } from '../platform/postgres/database.ts'
import { withDatabase } from './database.ts'
import { InputError } from './language.command.ts'

/** `jawab poster VILLAGE`: a page to print on A4, for its notice board. Fonts are the browser's. */
export async function makePoster(
  village: string,
  { out }: { readonly out?: string },
): Promise<void> {
  await withDatabase({ migrates: false }, async (db, config) => {
    const place = await findVillage(db, village)
    const translations = createTranslations(await readCatalogues(), config.kept)
    const entrances = await entrancesOf(
      config.channels,
      rootOf(config),
      await entranceOf(db, place.code),
    )
    const file = out ?? `poster-${place.code}.html`
    const voices = (language: CatalogueLanguage) =>
      createVoice(translations, language, config.timeZone)
    await writeFile(
      file,
      await posterPage(place.names, entrances, {
        trackedAt: `${rootOf(config)}/t`,
        voices,
        style: { text: await readPosterStyle() },
      }),
    )
    console.log(file)
  })
}

async function findVillage(db: Db, village: string): Promise<PlaceRow> {
  const byCode = await findPlace(db, village)
  const found =
    byCode === undefined
      ? await db.transaction((tx) => findPlacesLike(tx, keysOf(village)))
      : [byCode]
  const [place, ...others] = found
  if (place === undefined) throw new InputError(`no village has the code or the name ${village}`)
  if (others.length > 0)
    throw new InputError(
      `several villages are called like ${village}: give the code of one of ${found.map(({ code }) => code).join(', ')}`,
    )
  if (!takesReports(place.kind)) throw new InputError(`${village} is no village, community or park`)
  return place
}
