import { Api } from 'grammy'
import { type Config, readConfig } from '../config.ts'
import { openDatabase } from '../database.ts'
import { connect, type Db } from '../store/connection.ts'
import { issueToken } from '../store/staff.ts'

/** `jawab staff invite`: one link for Telegram, one for the web; whichever is used first ends both. */
export async function invite(member: string): Promise<void> {
  await withMember(member, async (db, id, config) => {
    const token = await issueToken(db, id, 'invitation', new Date())
    const bot =
      config.telegram === undefined
        ? undefined
        : await new Api(config.telegram.token, config.telegram.apiRoot === undefined ? {} : { apiRoot: config.telegram.apiRoot }).getMe()
    if (bot !== undefined) console.log(`https://t.me/${bot.username}?start=i_${token}`)
    console.log(`${rootOf(config)}/console/login?token=${token}`)
  })
}

/** `jawab staff login-link`. */
export async function loginLink(member: string): Promise<void> {
  await withMember(member, async (db, id, config) => console.log(`${rootOf(config)}/console/login?token=${await issueToken(db, id, 'login', new Date())}`))
}

async function withMember(member: string, work: (db: Db, id: string, config: Config) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  const database = await openDatabase(config)
  const db = connect(database.url, 2)
  try {
    const found = await db.member.findMany({ where: /^[0-9a-f-]{36}$/.test(member) ? { id: member } : { name: member }, select: { id: true }, take: 2 })
    const [only] = found
    if (only === undefined || found.length > 1)
      throw new Error(found.length > 1 ? `several members are called ${member}: give the id` : `no member has the id or the name ${member}`)
    await work(db, only.id, config)
  } finally {
    await db.$disconnect()
    await database.release()
  }
}

function rootOf({ publicUrl, host, port }: Config): string {
  return publicUrl ?? `http://${host}:${port}`
}
