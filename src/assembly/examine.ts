import type { Config } from '../config.ts'
import { openHandle } from '../mailbox/conversations.store.ts'
import { countSetAside } from '../mailbox/unsent.store.ts'
import type { Finding } from '../platform/finding.ts'
import { readIncidents } from '../platform/incidents.ts'
import type { Db } from '../platform/postgres/database.ts'
import { compareMigrations } from '../platform/postgres/migrate.ts'
import { ownsTooMuch } from '../platform/postgres/roles.ts'
import { hasSeal, verifyAccess } from '../platform/sealing/access-log.ts'
import { openKeyRing } from '../platform/sealing/key-ring.ts'
import { countPlain, formBegun } from '../platform/sealing/seal-rows.ts'
import { unconfirmedKeys } from '../privacy/key-copies.store.ts'
import { examineSurroundings } from './surroundings.ts'

/** All that the doctor looks at. `seal` is one of the record of readings, kept elsewhere. */
export async function examineAll(
  db: Db,
  databaseUrl: string,
  config: Config,
  seal?: string,
): Promise<readonly Finding[]> {
  const findings = [await migrations(databaseUrl)]
  if (findings.every(({ wrong }) => wrong === undefined))
    findings.push(
      await key(db, config),
      await keyCopies(db, config),
      await roles(db),
      await accessRecord(db, config),
      await sealing(db),
      ...(seal === undefined ? [] : [await keptSeal(db, seal)]),
      await setAside(db),
      await incidents(db),
      ...(await examineSurroundings(db, config)),
    )
  return findings
}

async function migrations(url: string): Promise<Finding> {
  const { missing, unknown } = await compareMigrations(url)
  if (unknown.length > 0)
    return {
      about: 'schema',
      wrong: `the database is newer than this program (${unknown.join(', ')}); run the newer version`,
    }
  if (missing.length > 0)
    return {
      about: 'schema',
      wrong: `${missing.length} migrations are missing; run jawab migrate, or start the service, which does it too`,
    }
  return { about: 'schema', fine: 'as this version needs it' }
}

/** Tries the key on the newest chat: with another key nobody could be answered. */
async function key(db: Db, config: Config): Promise<Finding> {
  const keys = await openKeyRing(config)
  const newest = await db.prisma.conversation.findFirst({
    orderBy: { createdAt: 'desc' },
    select: { id: true },
  })
  if (newest === null) return { about: 'key', fine: 'nothing is encrypted yet' }
  try {
    await openHandle(db, keys, newest.id)
    return { about: 'key', fine: 'opens what it must' }
  } catch {
    return {
      about: 'key',
      wrong:
        'DATA_KEY (or the key under DATA_DIR) is not the one that chats were encrypted with; bring the old key back, without it nobody can be answered',
    }
  }
}

async function roles(db: Db): Promise<Finding> {
  const about = 'accounts of PostgreSQL'
  return (await ownsTooMuch(db))
    ? {
        about,
        note: 'the service could change its tables and what is append-only: give it an account that owns nothing, and MIGRATION_DATABASE_URL the owner (docs/operations.md)',
      }
    : { about, fine: 'the service owns no table, and can only add to what is append-only' }
}

async function keyCopies(db: Db, config: Config): Promise<Finding> {
  const about = 'copy of the key ring'
  const count = await unconfirmedKeys(db, (await openKeyRing(config)).marks)
  return count === 0
    ? { about, fine: 'confirmed' }
    : {
        about,
        note: `of ${count} keys nobody has shown that a copy is kept elsewhere; if they are lost, every word is. Copy them, then: npx jawab keys confirm FILE`,
      }
}

async function accessRecord(db: Db, config: Config): Promise<Finding> {
  const { entries, brokenAt, unkeyed, unchecked, missing, newest } = await verifyAccess(
    db,
    await openKeyRing(config),
  )
  const about = 'record of who has read what'
  if (missing > 0)
    return {
      about,
      wrong: `${missing} openings out of turn or exports are not in it as they stand now: somebody has changed them; compare with a backup`,
    }
  const counted = [
    `${entries} entries, unbroken`,
    ...(unkeyed === 0 ? [] : [`${unkeyed} of them from before they were keyed`]),
    ...(unchecked === 0 ? [] : [`${unchecked} sealed with keys that are gone`]),
    ...(newest === undefined
      ? []
      : [
          `newest seal ${newest.seq}:${newest.seal}; keep it elsewhere, and give it later to jawab doctor --seal`,
        ]),
  ]
  return brokenAt === undefined
    ? { about, fine: counted.join('; ') }
    : {
        about,
        wrong: `entry ${brokenAt} does not follow from the one before it: somebody has changed or taken away entries; compare with a backup, and find out who has had access to the database`,
      }
}

/** Compares a seal that was kept elsewhere: to rewrite the record is to rewrite that entry too. */
async function keptSeal(db: Db, kept: string): Promise<Finding> {
  const about = 'seal that was kept elsewhere'
  const [, seq = '', seal = ''] = /^(\d{1,18}):([\w-]+)$/.exec(kept) ?? []
  if (seq === '')
    return { about, wrong: '--seal: must be a number, a colon and the seal, as doctor prints it' }
  const fits = await hasSeal(db, { seq: BigInt(seq), seal })
  if (fits === true) return { about, fine: `entry ${seq} has it` }
  return {
    about,
    wrong: `entry ${seq} ${fits === undefined ? 'is not there any more' : 'has another one'}: the record was rewritten; compare with a backup, and find out who has had access to the database`,
  }
}

async function sealing(db: Db): Promise<Finding> {
  const about = 'words sealed with keys of their own'
  const left = await countPlain(db)
  const form = await formBegun(db)
  if (form === 0)
    return {
      about,
      note: `not begun (${left} rows); once every copy of the service runs this version: npx jawab seal`,
    }
  if (form === 1)
    return {
      about,
      note: 'not bound to their rows yet; once every copy of the service runs this version: npx jawab seal',
    }
  return left === 0
    ? { about, fine: 'all' }
    : { about, note: `${left} rows are not sealed yet; the worker does it, or: npx jawab seal` }
}

async function setAside(db: Db): Promise<Finding> {
  const count = await countSetAside(db)
  return count === 0
    ? { about: 'messages', fine: 'none was set aside' }
    : {
        about: 'messages',
        wrong: `${count} could not be handled or sent and were set aside; /console/admin/messages says what is wrong and tries them again`,
      }
}

/**
 * A quota of the whole service that is used up costs people who have done nothing. Texts that are
 * not said aloud as well cost nobody.
 */
const costly = /^quota service(?!Speeches)/

async function incidents(db: Db): Promise<Finding> {
  const about = 'quotas and files of the last 24 hours'
  const met = await readIncidents(db, new Date())
  const all = met.map(({ what, count }) => `${what} ${count} times`).join(', ')
  if (met.length === 0) return { about, fine: 'no quota was met, no decoder was ended' }
  return met.some(({ what }) => costly.test(what))
    ? {
        about,
        wrong: `${all}; the whole service was used up for a while: look whether one sender floods it, add copies, or set QUOTAS`,
      }
    : { about, fine: `met: ${all}` }
}
