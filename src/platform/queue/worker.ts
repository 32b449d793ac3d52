import { UnrecoverableError } from 'bullmq'
import type { Logger } from 'pino'
import { doAtOnce } from './at-once.ts'
import type { Backend } from './backend.ts'
import { type Handlers, type NudgeName, nudgeNames, nudges } from './catalogue.ts'
import type { Nudging } from './nudge.ts'
import type { Tracing } from './tracing.ts'

/**
 * How long what is in hand may take when the workers stop, in milliseconds: a chat app that does
 * not answer holds up no restart. What is left stays a row, and another copy takes it up.
 */
const lastNudgesMs = 4_000

/**
 * Starts one worker for each nudge, and what this process does at once without the queue. Returns
 * how to stop them after what they have in hand.
 */
export async function startWorkers(
  backend: Backend,
  { enqueue, offerTo }: Pick<Nudging, 'enqueue' | 'offerTo'>,
  handlers: Handlers,
  follow: Tracing['follow'],
  log: Logger,
  handled: (name: NudgeName, ok: boolean, ms: number) => void,
): Promise<() => Promise<void>> {
  const work = async (name: NudgeName, payload: { readonly id: string }) => {
    const started = performance.now()
    try {
      await handlers[name](payload)
      handled(name, true, performance.now() - started)
    } catch (error) {
      handled(name, false, performance.now() - started)
      // What a queue keeps of a failure is shown to administrators, and sent where traces go:
      // never its words.
      throw Object.assign(new Error(describe(error)), { stack: describe(error) })
    }
  }
  const workers = nudgeNames.map((name) => {
    const worker = backend.worker(name, nudges[name].concurrency, async (data) => {
      const payload = nudges[name].payload.safeParse(data)
      if (!payload.success)
        throw new UnrecoverableError(`a ${name} nudge whose payload does not fit`)
      await work(name, payload.data)
    })
    worker.on('error', (error: Error) =>
      log.warn({ queue: name, reason: error.name }, 'queue connection in trouble'),
    )
    worker.on('failed', (job, error) => {
      const last = job === undefined || job.attemptsMade >= (job.opts.attempts ?? 1)
      log[last ? 'error' : 'warn'](
        {
          queue: name,
          id: (job?.data as { id?: string } | undefined)?.id,
          attempt: job?.attemptsMade,
          reason: error.message,
        },
        'nudge failed',
      )
    })
    return worker
  })
  await Promise.all(workers.map((worker) => worker.waitUntilReady()))
  for (const worker of workers) void worker.run()
  const here = nudgeNames.flatMap((name) => {
    if (nudges[name].atOnce === 0) return []
    const atOnce = doAtOnce(
      nudges[name].atOnce,
      (id) => follow(name, () => work(name, { id })),
      // The queue tries it again, and says how that ends.
      (id) => enqueue(name, [id]),
    )
    offerTo(name, atOnce)
    return [atOnce]
  })
  return async () => {
    const closed = Promise.all([...workers, ...here].map((each) => each.close()))
    await Promise.race([closed, new Promise((late) => setTimeout(late, lastNudgesMs))])
  }
}

/** The kind and place of an error, never its message, which may quote what a resident wrote. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const code = (error as { code?: unknown }).code
  const place =
    error.stack
      ?.split('\n')
      .find((line) => line.trim().startsWith('at '))
      ?.trim() ?? ''
  return [error.name, typeof code === 'string' ? code : '', place]
    .filter((part) => part !== '')
    .join(' ')
}
