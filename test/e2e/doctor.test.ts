import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { keepArrival } from '../../src/store/inbound.ts'
import { createKeyRing } from '../../src/store/key-ring.ts'
import { noteAccess } from '../../src/store/text-access.ts'
import { freshDatabase } from '../database.ts'
import { runProgram } from '../program.ts'

it('jawab doctor says what is wrong and what to do, and ends with 1 then', async () => {
  const database = await freshDatabase()
  const key = randomBytes(32).toString('base64')
  const examine = async (dataKey: string) => {
    const program = runProgram({ DATABASE_URL: database.url, DATA_KEY: dataKey }, ['dist/src/cli/jawab.js', 'doctor'])
    return { code: await program.ended(), output: program.output() }
  }
  try {
    await keepArrival(database.db, createKeyRing([Buffer.from(key, 'base64')]), {
      channel: 'webchat',
      handle: 'h',
      externalId: '1',
      message: { kind: 'unsupported' },
    })
    for (let at = 0; at < 3; at++)
      await noteAccess(database.db, { ticketId: crypto.randomUUID(), memberId: crypto.randomUUID(), role: 'lead', at: new Date(at), how: 'page' })
    expect(await examine(key)).toMatchObject({ code: 0, output: expect.stringContaining('3 entries, unbroken') })
    expect(await examine(randomBytes(32).toString('base64'))).toMatchObject({ code: 1, output: expect.stringContaining('WRONG  key') })
    await database.db.$transaction([
      database.db.$executeRaw`set local session_replication_role = replica`,
      database.db.$executeRaw`delete from "TextAccess" where "seq" = (select min("seq") from "TextAccess")`,
    ])
    expect(await examine(key)).toMatchObject({ code: 1, output: expect.stringContaining('WRONG  record of who has read what') })
    await database.db.$executeRaw`delete from "_prisma_migrations" where migration_name like '%text_access'`
    expect(await examine(key)).toMatchObject({ code: 1, output: expect.stringContaining('jawab migrate') })
  } finally {
    await database.drop()
  }
})
