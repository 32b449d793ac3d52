import { z } from 'zod'
import { hasNoOrganisation, loadOrganisation } from '../organisation/organisation.store.ts'
import { countiesFor, makeOrganisation } from '../simulation/organisation.ts'
import { withDatabase } from './database.ts'

const Options = z.object({
  teams: z.coerce.number().int().min(1).max(20_000),
  members: z.coerce.number().int().min(1).max(200_000),
  counties: z.coerce.number().int().min(1).max(90).optional(),
  seed: z.coerce.number().int().min(0),
})

/** `jawab simulate org`: a made-up organisation of any size, into an empty database only. */
export async function simulateOrganisation(given: unknown): Promise<void> {
  const parsed = Options.safeParse(given)
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
  const { teams, members, seed, counties = countiesFor(teams) } = parsed.data
  await withDatabase({ migrates: true }, async (db) => {
    if (!(await hasNoOrganisation(db)))
      throw new Error(
        'there is an organisation in this database already; a made-up one goes into an empty database only',
      )
    const organisation = makeOrganisation({ teams, members, counties }, seed)
    await loadOrganisation(db, organisation)
    console.log(
      `Loaded ${organisation.places.length} places, ${organisation.teams.length} teams, ${organisation.members.length} members.`,
    )
  })
}
