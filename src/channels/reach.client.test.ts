import { GrammyError, HttpError } from 'grammy'
import { describe, expect, it } from 'vitest'
import { watchReach } from './reach.client.ts'

const asked = (error: unknown) =>
  error instanceof GrammyError && error.parameters.retry_after !== undefined
    ? error.parameters.retry_after * 1_000
    : undefined

const away = () => new HttpError('Network request failed', new Error('ECONNREFUSED'))
const tooMany = (seconds: number) =>
  new GrammyError(
    '',
    {
      ok: false,
      error_code: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: seconds },
    },
    'getUpdates',
    {},
  )

describe('while a chat app can not be reached', () => {
  it('waits grow from a second to a minute, and start anew once it answered', () => {
    let now = 0
    const reach = watchReach(
      () => {},
      asked,
      () => now,
    )
    const waits = Array.from({ length: 9 }, () => {
      const ms = reach.failed(away())
      now += ms
      return ms / 1_000
    })
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
    reach.answered()
    expect(reach.failed(away())).toBe(1_000)
  })
  it('many sendings that fail at once are one try', () => {
    const reach = watchReach(
      () => {},
      asked,
      () => 0,
    )
    for (let each = 0; each < 50; each++) expect(reach.failed(away())).toBe(1_000)
  })
  it('it is said once, and again only hourly', () => {
    let now = 0
    const said: number[] = []
    const reach = watchReach(
      () => said.push(now),
      asked,
      () => now,
    )
    for (; now < 2.5 * 3_600_000; now += 60_000) reach.failed(away())
    expect(said).toEqual([0, 3_600_000, 7_200_000])
    reach.answered()
    reach.failed(away())
    expect(said).toHaveLength(4)
  })
  it('what fails while others get through fails by itself', () => {
    let now = 0
    const reach = watchReach(
      () => {},
      asked,
      () => now,
    )
    expect(reach.isWell()).toBe(false)
    reach.answered()
    expect(reach.isWell()).toBe(true)
    now = 61_000
    expect(reach.isWell()).toBe(false)
  })
})

describe('when a chat app asks to wait', () => {
  const paused = (...pauses: readonly (readonly [string | undefined, number])[]) => {
    const reach = watchReach(
      () => {},
      asked,
      () => 0,
    )
    for (const [chat, ms] of pauses) reach.askedToWait(chat, ms)
    return ['1', '2', '3'].map((chat) => reach.pausedMs(chat))
  }
  it('one chat pauses alone, for as long as it says', () =>
    expect(paused(['1', 5_000])).toEqual([5_000, 0, 0]))
  it('the same chat again is no matter of the bot', () =>
    expect(paused(['1', 5_000], ['1', 3_000])).toEqual([5_000, 0, 0]))
  it('a second chat during that pause pauses the whole bot', () =>
    expect(paused(['1', 5_000], ['2', 3_000])).toEqual([5_000, 3_000, 3_000]))
  it('a call without a chat pauses the whole bot', () =>
    expect(paused([undefined, 4_000])).toEqual([4_000, 4_000, 4_000]))
  it('another chat after the pause is another matter', () => {
    let now = 0
    const reach = watchReach(
      () => {},
      asked,
      () => now,
    )
    reach.askedToWait('1', 1_000)
    now = 1_500
    reach.askedToWait('2', 1_000)
    expect([reach.pausedMs('2'), reach.pausedMs('3')]).toEqual([1_000, 0])
  })
  it('polling waits as long as it says', () => {
    const reach = watchReach(
      () => {},
      asked,
      () => 0,
    )
    expect(reach.failed(tooMany(17))).toBe(17_000)
  })
})
