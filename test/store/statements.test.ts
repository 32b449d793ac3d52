import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isUnstorable } from '../../src/platform/http/problem.ts'
import { connect, type Transaction } from '../../src/platform/postgres/database.ts'
import { query, statement } from '../../src/platform/postgres/query.ts'
import { createKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { placeIn } from '../../src/platform/sealing/sealed-text.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'
import { until } from '../until.ts'

describe('statements of our own, beside those of Prisma', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(() => database.drop())

  it('take and give back what the rows hold', async () => {
    const at = new Date('2026-03-29T17:59:59.123Z')
    const [row] = await database.db.read(statement<Record<string, unknown>>`
      select ${9_007_199_254_740_993n}::int8 as "whole", ${7}::int4 as "small", ${at}::timestamptz as "at", ${at}::date as "day", ${[at, null]}::timestamptz[] as "moments",
        ${['ئا', '甲', '"{}']}::text[] as "texts", ${JSON.stringify({ a: [1, null] })}::jsonb as "data", ${Uint8Array.of(0, 255, 39)}::bytea as "bytes",
        ${null}::text as "nothing", ${true}::boolean as "yes", ${'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'}::uuid as "id", ${`'; drop table "Ticket"; --`} as "text"`)
    expect({ ...row, bytes: [...((row?.['bytes'] ?? []) as Uint8Array)] }).toEqual({
      whole: 9_007_199_254_740_993n,
      small: 7,
      at,
      day: new Date('2026-03-29T00:00:00Z'),
      moments: [at, null],
      texts: ['ئا', '甲', '"{}'],
      data: { a: [1, null] },
      bytes: [0, 255, 39],
      nothing: null,
      yes: true,
      id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      text: `'; drop table "Ticket"; --`,
    })
  })

  it('are one transaction each, however many run at once on few connections', async () => {
    const numbers = await Promise.all(
      Array.from({ length: 40 }, (_, nth) =>
        database.db.transaction(async (tx) => {
          tx.write(query.insertInto('CalendarDay').values({ day: `2030-01-${nth}`, periods: [] }))
          const [[own], [number]] = await Promise.all([
            tx.read(
              query.selectFrom('CalendarDay').select('day').where('day', '=', `2030-01-${nth}`),
            ),
            tx.read(statement<{ number: bigint }>`select txid_current() as "number"`),
          ])
          expect(own).toEqual({ day: `2030-01-${nth}` })
          return number?.number
        }),
      ),
    )
    expect(new Set(numbers).size).toBe(40)
    expect(await database.db.prisma.calendarDay.count()).toBe(40)
  })

  it('fail the commit where nobody waits for them, with the first error and not what follows it', async () => {
    const { db } = database
    const before = await db.prisma.calendarDay.count()
    const failing = db.transaction(async (tx) => {
      tx.write(statement`delete from "CalendarDay"`)
      tx.write(statement`select 1 / 0`)
      tx.write(statement`select 1`)
    })
    await expect(failing).rejects.toMatchObject({ code: '22012' })
    // Also where the work hides the failure.
    const hidden = db.transaction(async (tx) => {
      tx.write(statement`delete from "CalendarDay"`)
      await tx.read(statement`select 1 / 0`).catch(() => [])
    })
    await expect(hidden).rejects.toMatchObject({ code: '22012' })
    expect(await db.prisma.calendarDay.count()).toBe(before)
  })

  it('are refused after the end of their transaction', async () => {
    let kept: Transaction | undefined
    await database.db.transaction(async (tx) => {
      kept = tx
    })
    await expect(kept?.read(statement`select 1`)).rejects.toThrow('after the end')
  })

  it('are undone with their transaction, and hold no connection after it', async () => {
    const { db } = database
    const before = await db.prisma.calendarDay.count()
    for (let nth = 0; nth < 12; nth++) {
      const failing = db.transaction(async (tx) => {
        await tx.affect(statement`delete from "CalendarDay"`)
        if (nth % 2 === 0) await tx.affect(statement`select 1 / 0`)
        throw new Error('given up')
      })
      await expect(failing).rejects.toThrow(nth % 2 === 0 ? 'division by zero' : 'given up')
    }
    expect(await db.prisma.calendarDay.count()).toBe(before)
  })

  it('fail when their connection is cut, and others go on', async () => {
    const { db } = database
    const cut = db.transaction(async (tx) => {
      const [{ pid } = { pid: 0 }] = await tx.read(
        statement<{ pid: number }>`select pg_backend_pid() as "pid"`,
      )
      await db.affect(statement`select pg_terminate_backend(${pid}::int)`)
      await tx.affect(statement`delete from "CalendarDay"`)
    })
    await expect(cut).rejects.toThrow()
    for (let nth = 0; nth < 12; nth++)
      expect(await db.read(statement`select ${nth}::int4 as "nth"`)).toEqual([{ nth }])
    expect(await db.prisma.calendarDay.count()).toBeGreaterThan(0)
  })

  it('say with PostgreSQL’s own code what is wrong', async () => {
    const { db } = database
    await expect(
      db.affect(statement`insert into "CalendarDay" ("day", "periods") values ('2030-01-1', '{}')`),
    ).rejects.toMatchObject({ code: '23505' })
    const refused = [
      () => db.read(statement`select ${'a\0b'} as "text"`),
      () => db.read(statement`select ${'{"a":"\\u0000"}'}::jsonb as "data"`),
      () => db.prisma.place.findMany({ where: { code: 'a\0b' } }),
    ]
    for (const ask of refused)
      expect(isUnstorable(await ask().catch((error: unknown) => error))).toBe(true)
  })

  it('go on after PostgreSQL has ended idle connections, also where Prisma was never asked', async () => {
    const ring = createKeyRing([randomBytes(32)])
    const db = connect(database.url, 2, ring)
    try {
      await db.affect(
        statement`insert into "Sealing" ("since", "form") values (now(), 2) on conflict do nothing`,
      )
      const id = randomUUID()
      const sealed = [
        {
          id,
          state: {
            text: await db.words.seal(
              randomUUID(),
              '路灯坏了',
              placeIn('Conversation', 'state', id),
            ),
          },
        },
      ]
      const [mine] = await db.read(statement<{ pid: number }>`select pg_backend_pid() as "pid"`)
      // Without a listener for the loss of an idle connection this ends the process.
      const ended = await database.db.read(statement<{ pid: number }>`
        select "pid", pg_terminate_backend("pid") from (
          select "pid" from pg_stat_activity where "datname" = current_database() and "pid" <> pg_backend_pid() and "state" = 'idle' offset 0) as "idle"`)
      expect(ended.map(({ pid }) => pid)).toContain(mine?.pid)
      // What is asked in this very moment may still meet the end of a connection.
      const isGoingOn = () =>
        Promise.all([db.read(statement`select 1`), db.words.open('Conversation', sealed)]).then(
          () => true,
          () => false,
        )
      await until('it goes on', isGoingOn)
      expect(await db.words.open('Conversation', sealed)).toEqual([
        { id, state: { text: '路灯坏了' } },
      ])
    } finally {
      await db.close()
    }
  })
})
