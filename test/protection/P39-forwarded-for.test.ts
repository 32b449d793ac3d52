import { expect, it } from 'vitest'
import { toTicketCode } from '../../src/tickets/code.ts'
import { startService } from '../servers/service.ts'

const code = toTicketCode([8, 8, 8, 8, 8, 8, 8, 8, 8])

/**
 * Asks 90 times for a ticket, each time as another sender as far as the header says; returns how
 * often it was answered.
 */
async function answered(
  environment: Record<string, string>,
  forwarded: (time: number) => string,
): Promise<number> {
  const service = await startService({
    PUBLIC_URL: 'https://jawab.example',
    QUOTAS: '',
    ...environment,
  })
  try {
    let count = 0
    for (let time = 0; time < 90; time++) {
      const response = await fetch(`${service.url}/v1/tickets/${code}`, {
        headers: { 'x-forwarded-for': forwarded(time) },
      })
      if (response.status === 404) count++
      else expect(response.status).toBe(429)
    }
    return count
  } finally {
    await service.stopAll()
  }
}
const madeUp = (time: number) => `198.51.100.${time}`

it('P39 a made-up X-Forwarded-For lifts no limit where no balancer is named, also under https', async () => {
  expect(await answered({}, madeUp)).toBe(60)
})
it('P39 nor where a balancer is named and the sender is not it', async () => {
  expect(await answered({ TRUSTED_PROXIES: '10.0.0.0/8,::1' }, madeUp)).toBe(60)
})
it('P39 what a sender has written before the balancer added their address counts for nothing', async () => {
  expect(
    await answered({ TRUSTED_PROXIES: '127.0.0.0/8' }, (time) => `${madeUp(time)}, 203.0.113.7`),
  ).toBe(60)
})
it('senders behind a balancer that is named count each for themselves', async () => {
  expect(await answered({ TRUSTED_PROXIES: '127.0.0.1' }, madeUp)).toBe(90)
})
