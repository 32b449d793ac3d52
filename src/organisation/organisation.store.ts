import type { Db } from '../platform/postgres/database.ts'
import type { Organisation } from './organisation.ts'
import { refreshPlaceNames } from './places.store.ts'
/**
 * Loads a whole organisation into an empty database, all or nothing. Places must come before what
 * lies inside them.
 */
export async function loadOrganisation(
  db: Db,
  { places, teams, members }: Organisation,
): Promise<void> {
  const parents = new Map(places.map(({ code, parentCode }) => [code, parentCode]))
  const ancestorsOf = (code: string): string[] => {
    const parent = parents.get(code) ?? null
    return parent === null ? [] : [...ancestorsOf(parent), parent]
  }
  const rows = places.map((place) => ({
    ...place,
    teamId: null,
    ancestors: ancestorsOf(place.code),
  }))
  await db.$transaction(
    async (tx) => {
      for (const batch of slices(rows)) await tx.place.createMany({ data: batch })
      for (const batch of slices(teams)) await tx.team.createMany({ data: batch })
      const served = places.filter((place) => place.teamId !== null)
      for (const batch of slices(served))
        await tx.$executeRaw`update "Place" set "teamId" = s.team::uuid from unnest(${batch.map(({ code }) => code)}::text[], ${batch.map(({ teamId }) => teamId)}::text[]) as s(code, team) where "Place"."code" = s.code`
      for (const batch of slices(
        members.map((member) => ({
          ...member,
          reads: [...member.reads],
          skills: [...member.skills],
        })),
      ))
        await tx.member.createMany({ data: batch })
      await refreshPlaceNames(tx)
    },
    { timeout: 120_000 },
  )
}

/** Whether nobody has loaded an organisation yet. */
export async function hasNoOrganisation(db: Db): Promise<boolean> {
  return (await db.place.count()) === 0
}

function slices<T>(rows: readonly T[], size = 1000): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  )
}
