import { type Config, rootOf } from '../config.ts'
import { endAllSessions, issueToken } from '../organisation/staff.store.ts'
import type { Db } from '../platform/postgres/database.ts'
import { botName } from './bot-name.ts'
import { membersCalled, withDatabase } from './database.ts'

/**
 * `jawab staff invite`: one link for Telegram, one for the web; whichever is used first ends both.
 */
export async function invite(member: string): Promise<void> {
  await withMember(member, async (db, id, config) => {
    const token = await issueToken(db, id, 'invitation', new Date())
    const bot = await botName(config)
    if (bot !== undefined) console.log(`https://t.me/${bot}?start=i_${token}`)
    console.log(`${rootOf(config)}/console/login?token=${token}`)
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
      throw new Error(
        others.length > 0
          ? `several members are called ${member}: give the id`
          : `no member has the id or the name ${member}`,
      )
    await work(db, id, config)
  })
}
