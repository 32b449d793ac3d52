import { createServer } from 'node:net'

/** Waits for a condition; nothing in the tests sleeps for a guess. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 30_000,
): Promise<NonNullable<T> & (T extends false ? never : T)> {
  const end = Date.now() + withinMs
  let last: unknown
  for (;;) {
    try {
      const seen = await look()
      if (seen !== undefined && seen !== false && seen !== null)
        return seen as NonNullable<T> & (T extends false ? never : T)
    } catch (error) {
      last = error
    }
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms for: ${what}`, { cause: last })
    await new Promise((resume) => setTimeout(resume, 15))
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address !== null ? address.port : 0
}
