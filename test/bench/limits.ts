import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foldFigures } from '../../src/figures/counting.store.ts'
import { keepArrival } from '../../src/mailbox/inbound.store.ts'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import { connect, type Db } from '../../src/platform/postgres/database.ts'
import { openAccessRecord } from '../../src/platform/sealing/access-log.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { startPostgres } from '../fault/stores.ts'
import { makeTickets } from '../residents/made-tickets.ts'
import { postgresCpuMs } from './cpu.ts'
import { prefecture, round, together } from './pipeline.ts'

const [times, tickets, atOnce] = [5_000, 40_000, 20] as const

/**
 * What does not grow with more copies, as it goes through one row, one lock or one primary: how
 * often a second each can be done, beside an insert of one row by as many connections at once (the
 * floor), in the same run. Also what PostgreSQL's own processes take for it.
 */
export async function benchLimits(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'jawab-limits-'))
  const postgres = await startPostgres(folder)
  const db = connect(await postgres.database('jawab_limits'), atOnce)
  const keys = createKeyRing([Buffer.alloc(32, 7)])
  try {
    await loadOrganisation(db, prefecture)
    const member = await db.prisma.member.findFirstOrThrow({
      where: { role: 'member' },
      select: { id: true },
    })
    await db.prisma
      .$executeRaw`create table "Floor" ("id" bigserial primary key, "text" text not null)`
    const measure = async (
      what: string,
      count: number,
      work: (nth: number) => Promise<unknown>,
    ) => {
      const before = { at: performance.now(), cpu: await postgresCpuMs(folder) }
      await together(atOnce, count, work)
      const perSecond = (count * 1_000) / (performance.now() - before.at)
      console.log(
        `${what}: ${round(perSecond)} a second, ${round(((await postgresCpuMs(folder)) - before.cpu) / count, 2)} ms of PostgreSQL each`,
      )
      return perSecond
    }
    const floor = await measure(
      'a row inserted',
      times,
      () => db.prisma.$executeRaw`insert into "Floor" ("text") values ('some twenty letters')`,
    )
    const chats = await measure('a message kept, of somebody new', times, (nth) =>
      keep(db, keys, String(nth), nth),
    )
    const kept = await measure('a message kept', times, (nth) =>
      keep(db, keys, String(nth), times + nth),
    )
    const ticketId = crypto.randomUUID()
    const record = openAccessRecord(keys)
    const noted = await measure('a reading noted, each sealing the one before', times, () =>
      record.note(db, {
        ticketId,
        memberId: member.id,
        role: 'member',
        at: new Date(),
        how: 'card',
      }),
    )
    await makeTickets(db, tickets, 365)
    const begun = performance.now()
    await foldFigures(db, 'Asia/Urumqi')
    const folded = (tickets * 1_000) / (performance.now() - begun)
    console.log(`tickets added to the figures: ${round(folded)} a second`)
    const [size] = await db.prisma.$queryRaw<
      { bytes: number }[]
    >`select pg_total_relation_size('"Ticket"')::float8 as "bytes"`
    return {
      insertsPerSecond: round(floor),
      newChatsPerSecond: round(chats),
      keptPerSecond: round(kept),
      keptRatio: round(kept / floor, 2),
      notedPerSecond: round(noted),
      notedRatio: round(noted / floor, 2),
      foldedPerSecond: round(folded),
      bytesPerTicket: round((size?.bytes ?? 0) / tickets),
    }
  } finally {
    await db.close()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const keep = (db: Db, keys: ReturnType<typeof createKeyRing>, handle: string, nth: number) =>
  keepArrival(db, keys, {
    channel: 'telegram',
    handle,
    externalId: String(nth),
    message: { kind: 'said', text: 'some twenty letters', files: [] },
  })
