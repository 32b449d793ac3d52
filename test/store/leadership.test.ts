import { expect, it } from 'vitest'
import { leadWhenFree, upkeepLock } from '../../src/platform/postgres/leader-lock.ts'
import { freshDatabase } from '../servers/database.ts'
import { until } from '../until.ts'

it('periodic work is done by one copy at a time, and by another when that one stops', async () => {
  const database = await freshDatabase()
  try {
    const leading = new Set<string>()
    let most = 0
    const copy = (name: string) =>
      leadWhenFree(
        database.url,
        upkeepLock,
        async (signal) => {
          leading.add(name)
          most = Math.max(most, leading.size)
          await new Promise((resume) => signal.addEventListener('abort', resume, { once: true }))
          leading.delete(name)
        },
        () => {},
        50,
      )
    const stops = new Map(['one', 'two', 'three'].map((name) => [name, copy(name)]))
    for (let left = 3; left > 0; left--) {
      const leader = await until('one leads', () => [...leading][0])
      await stops.get(leader)?.()
      stops.delete(leader)
    }
    expect(most).toBe(1)
  } finally {
    await database.drop()
  }
})
