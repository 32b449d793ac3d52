import { describe, expect, it } from 'vitest'
import { createPace } from './pace.ts'

const hour = 3_600_000
const end = 10 * hour

function paceOf(now: number, waits: readonly boolean[]) {
  const left = [...waits]
  const asked = { times: 0 }
  const pace = createPace(
    () => now,
    { storms: [], stormSeconds: 0, end },
    async () => {
      asked.times++
      return left.shift() !== true
    },
  )
  return { pace, asked }
}

describe('the pace of a month', () => {
  it('goes on a little without asking what waits, and far only when nothing does', async () => {
    const { pace, asked } = paceOf(0, [true, true])
    await pace.mayGoOn(60_000)
    expect(asked.times).toBe(0)
    await pace.mayGoOn(hour)
    expect(asked.times).toBe(3)
  })
  it('does not end while something waits, however near the end is', async () => {
    const { pace, asked } = paceOf(end - 1, [true, true, true])
    await pace.mayGoOn(end)
    expect(asked.times).toBe(4)
  })
  it('waits for the answer to whoever has written', async () => {
    const { pace } = paceOf(0, [])
    pace.sent('a')
    const went = { on: false }
    const going = pace.mayGoOn(hour).then(() => {
      went.on = true
    })
    await new Promise((resume) => setImmediate(resume))
    expect(went.on).toBe(false)
    pace.shown('a')
    await going
    expect(pace.answers).toHaveLength(1)
    expect(pace.unanswered()).toBe(0)
  })
})
