import { afterAll, beforeAll, expect, it } from 'vitest'
import { report, residentOf } from '../residents/report.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service?.stopAll())

// Before: `pg_stats.histogram_bounds` still showed a name, words and a telephone number after
// `/forget`.
it('P37 the planner’s statistics hold no word of anybody, before an erasure or after it', async () => {
  const { db } = service
  for (let nth = 0; nth < 12; nth++) {
    const resident = await residentOf(service, 'YL010101')
    await report(
      service,
      resident,
      `MARKED${nth} 买买提江 13999${nth}88776 垃圾没人收 ${nth}`,
      nth % 2 === 0 ? 'waste' : 'road',
    )
  }
  const statistics = async () => {
    await db.prisma.$executeRawUnsafe('analyze')
    const rows = await db.prisma.$queryRaw<{ text: string }[]>`
      select concat_ws(' ', tablename, attname, most_common_vals::text, histogram_bounds::text, most_common_elems::text) as "text" from pg_stats where schemaname = 'public'`
    return rows.map(({ text }) => text).join('\n')
  }
  const before = await statistics()
  // The test looks where it should: other columns have statistics.
  expect(before).toContain('TicketMessage by')
  // Five digits stand by chance among so many ids and hashes; a whole number does not.
  for (const trace of [/MARKED/, /买买提江/, /13999\d{1,2}88776/])
    expect([trace, trace.test(before)]).toEqual([trace, false])
  const resident = await residentOf(service, 'YL010101')
  await report(service, resident, 'MARKED99 最后一件', 'school')
  await resident.says('/forget')
  await resident.presses('forget')
  await until(
    'it is erased',
    async () =>
      (await db.prisma.ticketMessage.count({ where: { text: { contains: 'MARKED99' } } })) === 0,
  )
  expect((await statistics()).includes('MARKED')).toBe(false)
})
