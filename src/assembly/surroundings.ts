import { statfs } from 'node:fs/promises'
import { channelModules } from '../channels/index.ts'
import { type Config, rootOf } from '../config.ts'
import { reachFiles, reachRedis } from '../platform/check-stores.ts'
import type { Finding } from '../platform/finding.ts'
import type { Db } from '../platform/postgres/database.ts'
import { statement } from '../platform/postgres/query.ts'
import { isSpeechInstalled, speechPackages } from '../platform/speech/speaker.ts'

/**
 * Looks at what the service stands on beside its database: Redis, the clock, the chat apps, what
 * waits, and the disk.
 */
export async function examineSurroundings(db: Db, config: Config): Promise<readonly Finding[]> {
  return [
    await redis(config),
    proxies(config),
    await clock(db),
    ...(await channels(config)),
    await backlog(db),
    await disk(config),
    speech(),
    ...(config.bucket === undefined ? [] : [await bucket(config)]),
  ]
}

async function bucket(config: Config): Promise<Finding> {
  const about = 'files'
  return reachFiles(config).then(
    () => ({ about, fine: `the bucket ${config.bucket?.name} answers` }),
    (error: Error) => ({ about, wrong: error.message }),
  )
}

async function redis({ redis: address }: Config): Promise<Finding> {
  if (address === undefined) return { about: 'queue', fine: 'in PostgreSQL' }
  return reachRedis(address).then(
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

/** What each chat app says of itself; one that is switched off is well. */
async function channels(config: Config): Promise<readonly Finding[]> {
  const found = channelModules.map(async ({ name, title }) => {
    const configured = config.channels.find((each) => each.name === name)
    if (configured === undefined) return { about: title, fine: 'off' }
    return configured.examine?.(rootOf(config))
  })
  return (await Promise.all(found)).flatMap((finding) => finding ?? [])
}

/**
 * What waits longer is not on its way any more, in milliseconds: the sweeper nudges after three
 * seconds.
 */
const longestWaitMs = 60_000

async function backlog(db: Db): Promise<Finding> {
  const [row] = await db.read(statement<{ waiting: number; oldest: Date | null }>`
    select count(*)::int as "waiting", min("receivedAt") as "oldest" from "Inbound"
      where "doneAt" is null and "setAsideAt" is null`)
  const ageMs = row?.oldest == null ? 0 : Date.now() - row.oldest.getTime()
  return ageMs <= longestWaitMs
    ? { about: 'backlog', fine: `${row?.waiting ?? 0} messages wait` }
    : {
        about: 'backlog',
        wrong: `${row?.waiting} messages wait, the oldest for ${Math.round(ageMs / 60_000)} minutes; see that a process with ROLES=worker runs, and add one if they do`,
      }
}

function speech(): Finding {
  const about = 'speech'
  return isSpeechInstalled()
    ? { about, fine: 'messages can be listened to' }
    : {
        about,
        note: `messages can't be listened to: install the packages ${speechPackages} (Debian: apt-get install ${speechPackages}), then start the service again`,
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
