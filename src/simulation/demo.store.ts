import { hasNoOrganisation, loadOrganisation } from '../organisation/organisation.store.ts'
import { may } from '../organisation/role.ts'
import { issueToken } from '../organisation/staff.store.ts'
import { day } from '../platform/instant.ts'
import type { Db } from '../platform/postgres/database.ts'
import { demoSize, makeOrganisation } from './organisation.ts'

const seed = 1

/** Loads the demonstration into an empty embedded database. Says whether the database holds it. */
export async function loadDemo(db: Db): Promise<boolean> {
  const organisation = makeOrganisation(demoSize, seed, true)
  if (await hasNoOrganisation(db)) await loadOrganisation(db, organisation)
  return (await db.prisma.member.count({ where: { id: organisation.members[0]?.id ?? '' } })) === 1
}

/**
 * Fresh sign-in links' tokens for the demonstration, good for a day, and the village that its
 * member answers for.
 */
export async function demoEntrances(
  db: Db,
  at: Date,
): Promise<{
  readonly village: string
  readonly memberToken: string
  readonly supervisorToken: string
}> {
  const { members, places } = makeOrganisation(demoSize, seed, true)
  const member = members[0]
  const village = places.find(({ teamId }) => teamId === member?.teamId)
  const supervisor = members.find(
    ({ role, areaCode }) =>
      may({ role }, 'superviseArea') &&
      areaCode !== null &&
      village?.code.startsWith(areaCode) === true &&
      areaCode.length > 2,
  )
  return {
    village: village?.code ?? '',
    memberToken: await issueToken(db, member?.id ?? '', 'login', at, day),
    supervisorToken: await issueToken(db, supervisor?.id ?? '', 'login', at, day),
  }
}
