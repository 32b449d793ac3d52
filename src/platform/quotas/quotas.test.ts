import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { quotaFigures, quotaNames, type TimedQuota } from './figures.ts'
import { addressOf, ofService, openQuotas } from './quotas.ts'

const timed = quotaNames.filter((name): name is TimedQuota => 'seconds' in quotaFigures[name])

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a quota', () => {
  it.each(timed)(
    '%s is met after as much as its figure says, and is whole again after its time',
    async (quota) => {
      const quotas = openQuotas()
      const { most, seconds } = quotaFigures[quota]
      const asks = Array.from({ length: most + 5 }, () => quotas.take({ quota, of: 'somebody' }))
      const waits = await Promise.all(asks)
      expect(waits.filter((wait) => wait === 0).length).toBe(most)
      expect(Math.max(...waits)).toBeLessThanOrEqual(seconds * 1_000)
      expect(await quotas.take({ quota, of: 'somebody else' })).toBe(0)
      vi.advanceTimersByTime(seconds * 1_000 + 1)
      expect(await quotas.take({ quota, of: 'somebody' })).toBe(0)
    },
  )

  it('counts amounts, and never more than its figure, whatever is asked for at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }),
        async (amounts) => {
          const quotas = openQuotas()
          const waits = await Promise.all(
            amounts.map((amount) =>
              quotas.take({ quota: 'chatFileMegabytesADay', of: 'chat', amount }),
            ),
          )
          const taken = amounts.filter((_, index) => waits[index] === 0)
          expect(taken.reduce((sum, amount) => sum + amount, 0)).toBeLessThanOrEqual(100)
          // What was refused used nothing up: the rest can still be had.
          const left = 100 - taken.reduce((sum, amount) => sum + amount, 0)
          if (left > 0)
            expect(
              await quotas.take({ quota: 'chatFileMegabytesADay', of: 'chat', amount: left }),
            ).toBe(0)
        },
      ),
    )
  })

  it('of what is there at once gives a place back when it is left, and once only', () => {
    const quotas = openQuotas()
    const places = [1, 2, 3].map(() => quotas.enter('chatStreams', 'chat'))
    expect(quotas.enter('chatStreams', 'chat')).toBeUndefined()
    expect(quotas.enter('chatStreams', 'another')).toBeDefined()
    places[0]?.()
    places[0]?.()
    expect(quotas.enter('chatStreams', 'chat')).toBeDefined()
    expect(quotas.enter('chatStreams', 'chat')).toBeUndefined()
  })

  it('of the whole service keeps a part for chats that exist, and one for members', async () => {
    const quotas = openQuotas({ serviceMessagesAMinute: 100 })
    const taken = async (share: Parameters<typeof ofService>[0]) => {
      let count = 0
      while ((await quotas.take(ofService(share))) === 0) count++
      return count
    }
    expect([await taken('newSession'), await taken('knownChat'), await taken('member')]).toEqual([
      50, 40, 10,
    ])
  })

  it('can be given at start', async () => {
    const quotas = openQuotas({ chatCopiesAnHour: 0 })
    expect(await quotas.take({ quota: 'chatCopiesAnHour', of: 'chat' })).toBeGreaterThan(0)
  })

  it('tells which quotas were met, and forgets it after an hour', async () => {
    const quotas = openQuotas()
    for (let time = 0; time < 4; time++)
      await quotas.take({ quota: 'chatCopiesAnHour', of: 'chat' })
    expect(quotas.met()).toEqual({ chatCopiesAnHour: 2 })
    vi.advanceTimersByTime(3_600_001)
    expect(quotas.met()).toEqual({})
  })

  it('counts anew under a new key after a day', async () => {
    const quotas = openQuotas()
    for (let time = 0; time < 500; time++)
      await quotas.take({ quota: 'chatMessagesADay', of: 'chat' })
    expect(await quotas.look({ quota: 'chatMessagesADay', of: 'chat' })).toBeGreaterThan(0)
    vi.advanceTimersByTime(86_400_001)
    expect(await quotas.look({ quota: 'chatMessagesADay', of: 'chat' })).toBe(0)
  })
})

describe('an address', () => {
  it('is an IPv4 address or the /64 of an IPv6 one, however it is written', () => {
    expect(addressOf('::ffff:203.0.113.7')).toBe(addressOf('203.0.113.7'))
    expect(addressOf('2001:db8:1:2::1')).toBe(addressOf('2001:db8:1:2:ffff:ffff:ffff:ffff'))
    expect(addressOf('2001:db8:1:2::1')).not.toBe(addressOf('2001:db8:1:3::1'))
    expect(addressOf('203.0.113.7')).not.toBe(addressOf('203.0.113.8'))
  })
})
