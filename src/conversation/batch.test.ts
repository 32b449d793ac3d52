import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InboundMessage } from '../mailbox/message.ts'
import { albumMs, burstMs, nextBatch, type Read } from './batch.ts'

const now = 1_000_000
const row = (id: number, message: InboundMessage, { agoMs = 5_000, attempts = 0 } = {}): Read => ({
  id: BigInt(id),
  payload: message,
  message,
  attempts,
  receivedAt: new Date(now - agoMs),
})
const said = (text: string, more: { album?: string; files?: string[] } = {}): InboundMessage => ({
  kind: 'said',
  text,
  files: [],
  ...more,
})
const units = (batch: ReturnType<typeof nextBatch>) => (batch.do === 'handle' ? batch.units : [])

describe('one turn', () => {
  it('takes all that waits, each message for itself', () => {
    const batch = nextBatch(
      [row(1, said('a')), row(2, said('b')), row(3, { kind: 'pressed', data: 'send' })],
      undefined,
      now,
    )
    expect(units(batch).map(({ ids }) => ids)).toEqual([[1n], [2n], [3n]])
    expect(batch).toMatchObject({ isAll: true })
  })
  it('waits for an album until a second after its last picture, and takes it as one message', () => {
    const parts = [
      said('', { album: 'g', files: ['f1'] }),
      said('这是闸门', { album: 'g', files: ['f2'] }),
    ].map((part, index) => row(index + 1, part, { agoMs: 400 }))
    expect(nextBatch(parts, undefined, now)).toEqual({ do: 'wait', ms: albumMs - 400 })
    const [unit] = units(nextBatch(parts, undefined, now + albumMs))
    expect(unit).toMatchObject({
      ids: [1n, 2n],
      message: { text: '这是闸门', files: ['f1', 'f2'] },
    })
  })
  it('does not wait for what comes before an album that is not complete', () => {
    const batch = nextBatch(
      [row(1, said('a')), row(2, said('', { album: 'g', files: ['f'] }), { agoMs: 100 })],
      undefined,
      now,
    )
    expect([units(batch).map(({ ids }) => ids), batch]).toMatchObject([[[1n]], { isAll: false }])
  })
  it('fetches a file before its message, and takes one that has failed alone', () => {
    const file: InboundMessage = {
      kind: 'fileToFetch',
      fileKind: 'photo',
      text: '',
      reference: 'r',
    }
    expect(nextBatch([row(1, file)], undefined, now)).toMatchObject({
      do: 'fetch',
      row: { id: 1n },
    })
    expect(units(nextBatch([row(1, said('a')), row(2, file)], undefined, now))).toHaveLength(1)
    expect(
      units(nextBatch([row(1, said('a'), { attempts: 1 }), row(2, said('b'))], undefined, now)),
    ).toHaveLength(1)
    expect(
      units(nextBatch([row(1, said('a')), row(2, said('b'), { attempts: 1 })], undefined, now)),
    ).toHaveLength(1)
  })
  it('knows what follows within seconds, and what a press or a command parts', () => {
    const isBurst = (before: { kind: string; agoMs: number } | undefined, ...rows: Read[]) =>
      units(
        nextBatch(
          rows,
          before === undefined
            ? undefined
            : { kind: before.kind, receivedAt: new Date(now - before.agoMs) },
          now,
        ),
      ).map((unit) => unit.isBurst)
    expect(isBurst(undefined, row(1, said('a')), row(2, said('b')))).toEqual([false, true])
    expect(isBurst({ kind: 'said', agoMs: 5_000 + burstMs }, row(1, said('a')))).toEqual([true])
    expect(isBurst({ kind: 'said', agoMs: 5_001 + burstMs }, row(1, said('a')))).toEqual([false])
    expect(isBurst({ kind: 'pressed', agoMs: 5_100 }, row(1, said('a')))).toEqual([false])
    expect(isBurst(undefined, row(1, said('/new')), row(2, said('b')))).toEqual([false, false])
  })
  it('takes each message once and in order, whatever waits', () => {
    const message: fc.Arbitrary<InboundMessage> = fc.oneof(
      fc.record({
        kind: fc.constant('said' as const),
        text: fc.string(),
        files: fc.constant<string[]>([]),
      }),
      fc.record({
        kind: fc.constant('said' as const),
        text: fc.string(),
        files: fc.constant<string[]>([]),
        album: fc.constantFrom('g', 'h'),
      }),
      fc.record({ kind: fc.constant('pressed' as const), data: fc.string() }),
      fc.constant({ kind: 'unsupported' as const }),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(message, fc.nat({ max: 3_000 }), fc.nat({ max: 1 })), {
          minLength: 1,
          maxLength: 12,
        }),
        (given) => {
          let left = given.map(([each, agoMs, attempts], index) =>
            row(index, each, { agoMs, attempts }),
          )
          const seen: bigint[] = []
          for (let turn = 0; left.length > 0; turn++) {
            expect(turn).toBeLessThan(40)
            // Once a second has gone by every album is complete.
            const batch = nextBatch(left, undefined, now + 5_000)
            expect(batch.do).toBe('handle')
            const taken = units(batch).flatMap(({ ids }) => ids)
            seen.push(...taken)
            left = left.filter(({ id }) => !taken.includes(id))
          }
          expect([...seen].sort((a, b) => Number(a - b))).toEqual(
            given.map((_, index) => BigInt(index)),
          )
        },
      ),
    )
  })
})
