import { searchText } from '../language/place-name.ts'
import type { Db } from '../platform/postgres/database.ts'
import { query, statement } from '../platform/postgres/query.ts'
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
    spellings: searchText(place.names),
    teamId: null,
    ancestors: ancestorsOf(place.code),
  }))
  await db.transaction(async (tx) => {
    for (const batch of slices(rows))
      tx.write(
        query
          .insertInto('Place')
          .values(batch.map((place) => ({ ...place, names: JSON.stringify(place.names) }))),
      )
    for (const batch of slices(teams))
      tx.write(
        query
          .insertInto('Team')
          .values(batch.map((team) => ({ ...team, names: JSON.stringify(team.names) }))),
      )
    const served = places.filter((place) => place.teamId !== null)
    for (const batch of slices(served))
      tx.write(
        statement`update "Place" set "teamId" = s.team::uuid
          from unnest(${batch.map(({ code }) => code)}::text[],
          ${batch.map(({ teamId }) => teamId)}::text[]) as s(code, team)
          where "Place"."code" = s.code`,
      )
    for (const batch of slices(
      members.map((member) => ({
        ...member,
        reads: [...member.reads],
        skills: [...member.skills],
      })),
    ))
      tx.write(query.insertInto('Member').values(batch))
    await refreshPlaceNames(tx)
  })
}

/** Whether nobody has loaded an organisation yet. */
export async function hasNoOrganisation(db: Db): Promise<boolean> {
  return (await db.prisma.place.count()) === 0
}

function slices<T>(rows: readonly T[], size = 1000): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  )
}
