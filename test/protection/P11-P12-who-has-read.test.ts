import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '../../src/organisation/staff.store.ts'
import { query, statement } from '../../src/platform/postgres/query.ts'
import {
  type AccessRecord,
  openAccessRecord,
  verifyAccess,
} from '../../src/platform/sealing/access-log.ts'
import { type KeyRing, openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { report, residentOf } from '../residents/report.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('who has read a text', () => {
  let service: Service
  let keys: KeyRing
  let record: AccessRecord
  beforeAll(async () => {
    service = await startService()
    keys = await openKeyRing(service.config)
    record = openAccessRecord(keys)
  })
  afterAll(() => service?.stopAll())

  const reported = async (text: string) =>
    report(service, await residentOf(service, 'YL010101'), text, 'road')
  const nameOf = (id: string | null) =>
    service.organisation.members.find((member) => member.id === id)?.name ?? '?'

  it('P11 is told to the resident by role and time, never by name; who may not read leaves no trace in it', async () => {
    const { resident, code, ticket } = await reported('村口的桥断了')
    await resident.says('/who')
    expect((await resident.hears('还没有人查看过')).text).toContain(code)
    const handler = await signedIn(service, ticket.assigneeId ?? '')
    for (let time = 0; time < 3; time++) await handler.get(`/console/tickets/${code}`)
    // What one person opens within half an hour is one time.
    const hourAgo = new Date(Date.now() - 3_600_000)
    await record.note(service.db, {
      ticketId: ticket.id,
      memberId: ticket.assigneeId ?? '',
      role: 'member',
      at: hourAgo,
      how: 'page',
    })
    const lead = service.organisation.members.find(
      ({ role, teamId }) => role === 'lead' && teamId === ticket.teamId,
    )
    await (await signedIn(service, lead?.id ?? '')).get(`/console/tickets/${code}`)
    const stranger = service.organisation.members.find(({ areaCode }) => areaCode === 'YL02')
    expect(
      (await (await signedIn(service, stranger?.id ?? '')).get(`/console/tickets/${code}`)).status,
    ).toBe(404)
    await resident.says('/who')
    const { text } = await resident.hears('查看记录')
    expect([
      text.includes('工作队队员：⁨2⁩ 次') || text.includes('工作队队员：2 次'),
      text.includes('工作队队长'),
      text.includes('督办'),
    ]).toEqual([true, true, false])
    for (const id of [ticket.assigneeId, lead?.id ?? null])
      expect([id, text.includes(nameOf(id))]).toEqual([id, false])
  })

  it('P12 is noted for cards, news and files in the chat too, without any text', async () => {
    const { resident, code, ticket } = await reported('MARKED井盖丢了')
    const chat = webChatPerson(() => service.url)
    await chat.says(
      `/start i_${await issueToken(service.db, ticket.assigneeId ?? '', 'invitation', new Date())}`,
    )
    await chat.hears('⁨')
    await chat.says('/mine')
    await chat.hears(code)
    await resident.says('MARKED还在')
    await resident.presses(`add:${code}`)
    await chat.hears('MARKED还在')
    const entries = await until('all is noted', async () => {
      const rows = await service.db.prisma.textAccess.findMany({ where: { ticketId: ticket.id } })
      return rows.some(({ how }) => how === 'news') ? rows : undefined
    })
    expect(new Set(entries.map(({ how }) => how))).toEqual(new Set(['card', 'news']))
    expect(entries.every(({ memberId }) => memberId === ticket.assigneeId)).toBe(true)
    expect(
      JSON.stringify(entries, (_, value) =>
        typeof value === 'bigint' ? String(value) : value,
      ).includes('MARKED'),
    ).toBe(false)
  })

  it('P12 can only grow, and a change made behind the database’s back shows', async () => {
    const [ticketId, memberId] = [crypto.randomUUID(), service.organisation.members[0]?.id ?? '']
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        record.note(service.db, {
          ticketId,
          memberId,
          role: 'member',
          at: new Date(at),
          how: 'page',
        }),
      ),
    )
    const before = await verifyAccess(service.db, keys)
    expect([before.entries >= 20, before.brokenAt]).toEqual([true, undefined])
    await expect(service.db.prisma.textAccess.deleteMany()).rejects.toThrow()
    await expect(
      service.db.prisma.textAccess.updateMany({ data: { role: 'lead' } }),
    ).rejects.toThrow()
    await expect(service.db.prisma.$executeRaw`truncate "TextAccess"`).rejects.toThrow()
    const rows = await service.db.prisma.textAccess.findMany({
      where: { ticketId },
      orderBy: { seq: 'asc' },
    })
    await service.db.transaction(async (tx) => {
      await tx.affect(statement`set local session_replication_role = replica`)
      await tx.affect(
        query
          .updateTable('TextAccess')
          .set({ role: 'lead' })
          .where('seq', '=', rows[7]?.seq ?? 0n),
      )
    })
    expect((await verifyAccess(service.db, keys)).brokenAt).toBe(rows[7]?.seq)
    await service.db.transaction(async (tx) => {
      await tx.affect(statement`set local session_replication_role = replica`)
      await tx.affect(
        query
          .updateTable('TextAccess')
          .set({ role: 'member' })
          .where('seq', '=', rows[7]?.seq ?? 0n),
      )
      await tx.affect(query.deleteFrom('TextAccess').where('seq', '=', rows[9]?.seq ?? 0n))
    })
    expect((await verifyAccess(service.db, keys)).brokenAt).toBe(rows[10]?.seq)
  })
})
