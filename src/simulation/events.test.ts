import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { simulateTime } from './events.ts'

const goesOn = async () => {}

describe('simulated time', () => {
  it('has everything happen once, in order, at its moment, also what comes up meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(1_000), after: fc.nat(500) }), { maxLength: 40 }),
        async (all) => {
          const { clock, at, play } = simulateTime(0)
          const happened: { readonly due: number; readonly at: number }[] = []
          const note = (due: number) => void happened.push({ due, at: clock.now() })
          for (const each of all)
            at(each.at, () => {
              note(each.at)
              at(each.at + each.after, () => note(each.at + each.after))
            })
          await play(2_000, goesOn)
          expect(happened).toHaveLength(all.length * 2)
          for (const each of happened) expect(each.at).toBe(each.due)
          expect(happened.map((each) => each.at)).toEqual(
            happened.map((each) => each.at).sort((a, b) => a - b),
          )
          expect(clock.now()).toBe(2_000)
        },
      ),
    )
  })
  it('waits for leave before it goes on, and plays what came up sooner meanwhile first', async () => {
    const { clock, at, play } = simulateTime(0)
    const happened: string[] = []
    at(100, () => void happened.push(`late at ${clock.now()}`))
    const asked: number[] = []
    await play(200, async (to) => {
      if (asked.length === 0) at(50, () => void happened.push(`soon at ${clock.now()}`))
      asked.push(to)
    })
    expect(happened).toEqual(['soon at 50', 'late at 100'])
    expect(asked).toEqual([100, 100, 200])
  })
  it('does again and again what the service does, until it is stopped, and goes on when it fails', async () => {
    const { clock, at, play } = simulateTime(0)
    const [times, troubles]: [number[], unknown[]] = [[], []]
    const stop = clock.every(
      10,
      async () => {
        times.push(clock.now())
        throw new Error('trouble')
      },
      (error) => void troubles.push(error),
    )
    at(10_000, () => void stop())
    await play(20_000, goesOn)
    expect(times).toEqual([3_000, 6_000, 9_000])
    expect(troubles).toHaveLength(3)
  })
})
