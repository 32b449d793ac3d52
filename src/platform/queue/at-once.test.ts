import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { doAtOnce } from './at-once.ts'

const turn = () => new Promise<void>((resume) => setImmediate(resume))

describe('work that is done at once', () => {
  it('is one piece at a time for each id, and every time it is said there is a piece that began after it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), waits: fc.boolean() }), {
          maxLength: 30,
        }),
        fc.integer({ min: 1, max: 3 }),
        async (said, most) => {
          const running = new Map<string, number>()
          const begunAt = new Map<string, number>()
          let clock = 0
          let together = 0
          const atOnce = doAtOnce(
            most,
            async (id) => {
              running.set(id, (running.get(id) ?? 0) + 1)
              together = Math.max(
                together,
                [...running.values()].reduce((sum, each) => sum + each),
              )
              expect(running.get(id)).toBe(1)
              begunAt.set(id, ++clock)
              await turn()
              running.set(id, 0)
            },
            async () => {},
          )
          const lastSaid = new Map<string, number>()
          for (const { id, waits } of said) {
            const before = clock
            if (atOnce.begin(id)) lastSaid.set(id, before)
            if (waits) await turn()
          }
          await atOnce.close()
          expect(together).toBeLessThanOrEqual(most)
          for (const [id, at] of lastSaid) expect(begunAt.get(id)).toBeGreaterThan(at)
          expect(atOnce.begin('a')).toBe(false)
        },
      ),
    )
  })

  it('is handed over where it fails, also what was said meanwhile', async () => {
    const handedOver: string[] = []
    const atOnce = doAtOnce(
      2,
      async () => {
        await turn()
        throw new Error('no')
      },
      async (id) => void handedOver.push(id),
    )
    expect([atOnce.begin('a'), atOnce.begin('a'), atOnce.begin('b'), atOnce.begin('c')]).toEqual([
      true,
      true,
      true,
      false,
    ])
    await atOnce.close()
    expect(handedOver).toEqual(['a', 'b'])
  })

  it('leaves what is said of a piece in hand to others once it is closed', async () => {
    let goesOn = () => {}
    const times: string[] = []
    const atOnce = doAtOnce(
      2,
      async (id) => {
        times.push(id)
        await new Promise<void>((resume) => {
          goesOn = resume
        })
      },
      async () => {},
    )
    expect(atOnce.begin('a')).toBe(true)
    const closed = atOnce.close()
    expect(atOnce.begin('a')).toBe(false)
    goesOn()
    await closed
    expect(times).toEqual(['a'])
  })
})
