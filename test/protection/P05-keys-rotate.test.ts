import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { openHandle } from '../../src/mailbox/conversations.store.ts'
import { openFiles } from '../../src/platform/files/attachments.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { subscribe } from '../../src/webhooks/webhooks.store.ts'
import { report, residentOf } from '../residents/report.ts'
import { runProgram } from '../servers/program.ts'
import { startService } from '../servers/service.ts'

const newKey = () => randomBytes(32)
const text = (...keys: readonly Buffer[]) => keys.map((key) => key.toString('base64')).join(',')

it('P05 keys rotate while the service runs: what the old key wrote is written anew, and nobody loses their chat', async () => {
  const [old, fresh] = [newKey(), newKey()]
  const service = await startService({ DATA_KEY: text(old, fresh) })
  try {
    const resident = await residentOf(service, 'YL010101')
    const photo = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()
    await resident.sendsFile('photo', photo, 'image/jpeg')
    const { code } = await report(service, resident, '桥栏杆断了', 'road')
    const createdById =
      service.organisation.members.find(({ role }) => role === 'administrator')?.id ?? ''
    const key = {
      id: crypto.randomUUID(),
      hash: randomBytes(32),
      label: 'x',
      rights: [],
      areaCode: 'YL',
      createdById,
      createdAt: new Date(),
    }
    await service.db.prisma.apiKey.create({ data: key })
    const { subscription } = await subscribe(
      service.db,
      createKeyRing([old]),
      { keyId: key.id, url: 'https://x.example', events: [], areaCode: 'YL' },
      new Date(),
    )
    const rotate = async () => {
      const environment = {
        DATABASE_URL: service.database.url,
        DATA_DIR: service.config.dataDir,
        DATA_KEY: text(fresh, old),
      }
      const program = runProgram(environment, ['dist/src/cli/jawab.js', 'keys', 'rotate'])
      // The resident goes on writing meanwhile.
      await Promise.all([1, 2, 3].map(() => resident.says('/status')))
      expect([await program.ended(), program.errors()]).toEqual([0, ''])
      return program.output()
    }
    expect(await rotate()).toContain('1 chats, 1 secrets of webhooks, 1 files')
    expect(await rotate()).toContain('0 chats, 0 secrets of webhooks, 0 files')

    // The old key alone opens nothing any more; the new one alone opens everything.
    const alone = createKeyRing([fresh])
    const [conversation] = await service.db.prisma.conversation.findMany({
      select: { id: true, handleHash: true },
    })
    const opened = await openHandle(service.db, alone, conversation?.id ?? '')
    expect(
      Buffer.from(alone.hashes(`webchat:${opened?.handle}`)[0]).equals(
        conversation?.handleHash ?? Buffer.alloc(0),
      ),
    ).toBe(true)
    await expect(
      openHandle(service.db, createKeyRing([old]), conversation?.id ?? ''),
    ).rejects.toThrow('DATA_KEY')
    const file = await service.db.prisma.attachment.findFirstOrThrow()
    expect(
      await (await openFiles({ dataDir: service.config.dataDir }, alone)).find(service.db, file.id),
    ).toBeDefined()
    const { secretSealed } = await service.db.prisma.webhookSubscription.findUniqueOrThrow({
      where: { id: subscription.id },
    })
    expect(alone.isCurrent(secretSealed)).toBe(true)

    // The chat goes on, as itself.
    await resident.says('/status')
    await resident.hears(code)
    expect(await service.db.prisma.conversation.count()).toBe(1)
  } finally {
    await service.stopAll()
  }
})
