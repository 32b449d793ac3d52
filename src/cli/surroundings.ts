import { statfs } from 'node:fs/promises'
import { GrammyError } from 'grammy'
import { type Config, rootOf } from '../config.ts'
import { reachRedis } from '../platform/check-stores.ts'
import type { Db } from '../platform/postgres/database.ts'
import { statement } from '../platform/postgres/query.ts'
import { botApi } from './bot-name.ts'
import type { Finding } from './finding.ts'

/**
 * Looks at what the service stands on beside its database: Redis, the clock, Telegram, what waits,
 * and the disk.
 */
export async function examineSurroundings(db: Db, config: Config): Promise<readonly Finding[]> {
  return [
    await redis(config),
    proxies(config),
    await clock(db),
    await telegram(config),
    await backlog(db),
    await disk(config),
  ]
}

async function redis({ redisUrls }: Config): Promise<Finding> {
  if (redisUrls === undefined) return { about: 'queue', fine: 'in PostgreSQL' }
  return reachRedis(redisUrls).then(
    () => ({ about: 'queue', fine: 'Redis answers' }),
    (error: Error) => ({ about: 'queue', wrong: error.message }),
  )
}

/**
 * Behind a balancer that is not named, everybody has the balancer's address, and one can use up the
 * limits of all.
 */
function proxies({ publicUrl, trustedProxies }: Config): Finding {
  const about = 'addresses'
  if (trustedProxies.length > 0)
    return { about, fine: `X-Forwarded-For is believed from ${trustedProxies.join(', ')} alone` }
  if (publicUrl?.startsWith('https:') !== true)
    return { about, fine: 'as connections come; no X-Forwarded-For is believed' }
  return {
    about,
    wrong:
      'PUBLIC_URL is https, so a balancer stands before the service, and TRUSTED_PROXIES does not name it: everybody counts as one address; set it to the balancer’s address or range',
  }
}

/** More than this between two clocks makes deadlines and sign-in links wrong, in milliseconds. */
const mostDriftMs = 5_000

async function clock(db: Db): Promise<Finding> {
  const before = Date.now()
  const [row] = await db.read(statement<{ now: Date }>`select now() as "now"`)
  const drift = Math.abs((row?.now.getTime() ?? 0) - (before + Date.now()) / 2)
  return drift <= mostDriftMs
    ? { about: 'clock', fine: "agrees with the database's" }
    : {
        about: 'clock',
        wrong: `this machine and the database's are ${Math.round(drift / 1000)} seconds apart; let both follow NTP`,
      }
}

async function telegram(config: Config): Promise<Finding> {
  const api = botApi(config)
  if (api === undefined || config.telegram === undefined) return { about: 'Telegram', fine: 'off' }
  try {
    const { username } = await api.getMe()
    const { url, last_error_message: trouble } = await api.getWebhookInfo()
    const expected = config.telegram.mode === 'webhook' ? `${rootOf(config)}/channels/telegram` : ''
    if (url !== expected)
      return {
        about: 'Telegram',
        wrong:
          expected === ''
            ? 'a webhook is registered, so nothing can be fetched; another program uses this token, or TELEGRAM_MODE should be webhook'
            : `the webhook registered is not ${expected}; start the service once, and check PUBLIC_URL`,
      }
    if (trouble !== undefined)
      return {
        about: 'Telegram',
        wrong: `it could not deliver: ${trouble}; check that PUBLIC_URL can be reached from outside over https`,
      }
    return { about: 'Telegram', fine: `answers as ${username}` }
  } catch (error) {
    if (error instanceof GrammyError && (error.error_code === 401 || error.error_code === 404))
      return {
        about: 'Telegram',
        wrong: 'it does not know TELEGRAM_BOT_TOKEN; copy it anew from BotFather',
      }
    return {
      about: 'Telegram',
      wrong: 'it does not answer; check the way out of this machine, and TELEGRAM_API_ROOT',
    }
  }
}

/**
 * What waits longer is not on its way any more, in milliseconds: the sweeper nudges after three
 * seconds.
 */
const longestWaitMs = 60_000

async function backlog(db: Db): Promise<Finding> {
  const [row] = await db.read(statement<{ waiting: number; oldest: Date | null }>`
    select count(*)::int as "waiting", min("receivedAt") as "oldest" from "Inbound" where "doneAt" is null and "setAsideAt" is null`)
  const ageMs = row?.oldest == null ? 0 : Date.now() - row.oldest.getTime()
  return ageMs <= longestWaitMs
    ? { about: 'backlog', fine: `${row?.waiting ?? 0} messages wait` }
    : {
        about: 'backlog',
        wrong: `${row?.waiting} messages wait, the oldest for ${Math.round(ageMs / 60_000)} minutes; see that a process with ROLES=worker runs, and add one if they do`,
      }
}

/** Less than this is too little for a day of photos, in bytes. */
const leastFreeBytes = 1024 ** 3

async function disk({ dataDir }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  const told = `${(free / 1024 ** 3).toFixed(1)} GiB are free under DATA_DIR`
  return free >= leastFreeBytes
    ? { about: 'disk', fine: told }
    : { about: 'disk', wrong: `only ${told}; make room, or move DATA_DIR` }
}
