import { invitationLinks } from '../channels/entrances.ts'
import { type Config, rootOf } from '../config.ts'
import { endAllSessions, issueToken } from '../organisation/staff.store.ts'
import type { Db } from '../platform/postgres/database.ts'
import { membersCalled, withDatabase } from './database.ts'
import { InputError } from './language.command.ts'

/**
 * `jawab staff invite`: a link for each chat app and one for the web. The first that is used ends
 * all.
 */
export async function invite(member: string): Promise<void> {
  await withMember(member, async (db, id, config) => {
    const token = await issueToken(db, id, 'invitation', new Date())
    for (const link of await invitationLinks(config.channels, rootOf(config), token))
      console.log(link)
  })
}

/** `jawab staff login-link`. */
export async function loginLink(member: string): Promise<void> {
  await withMember(member, async (db, id, config) =>
    console.log(
      `${rootOf(config)}/console/login?token=${await issueToken(db, id, 'login', new Date())}`,
    ),
  )
}

/** `jawab staff sign-out`: ends every session and unused link of a member, wherever they are. */
export async function signOut(member: string): Promise<void> {
  await withMember(member, async (db, id) =>
    console.log(`${await endAllSessions(db, id, new Date())} sessions ended.`),
  )
}

async function withMember(
  member: string,
  work: (db: Db, id: string, config: Config) => Promise<void>,
): Promise<void> {
  await withDatabase({ migrates: false }, async (db, config) => {
    const [id, ...others] = await membersCalled(db, member)
    if (id === undefined || others.length > 0)
      throw new InputError(
        others.length > 0
          ? `several members are called ${member}: give the code`
          : `no member has the code, the id or the name ${member}`,
      )
    await work(db, id, config)
  })
}
