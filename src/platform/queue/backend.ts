import {
  createPostgresBackend,
  type Job,
  type Queue,
  Queue as RedisQueue,
  Worker as RedisWorker,
  type Telemetry,
  type Worker,
  withBackend,
} from 'bullmq'
import { connectRedis } from './connect-redis.ts'
import type { RedisAddress } from './redis-address.ts'

/**
 * Makes BullMQ's queues and workers on the store that the configuration names; both are
 * first-class.
 */
export type Backend = {
  readonly name: 'redis' | 'postgres'
  readonly queue: (name: string) => Queue
  readonly worker: (
    name: string,
    concurrency: number,
    handle: (data: unknown) => Promise<void>,
  ) => Pick<Worker, 'run' | 'close' | 'on' | 'waitUntilReady'>
  /** The job that is next in turn, or one of the next few; `undefined` where none waits. */
  readonly next: (queue: Queue) => Promise<Job | undefined>
  /** Whether the store answers, within a second. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Jobs are nudges: nothing of a done one is kept, a failed one for a day. */
const jobOptions = {
  removeOnComplete: true,
  removeOnFail: { age: 86_400 },
  attempts: 3,
  backoff: { type: 'exponential', delay: 500 },
} as const

/**
 * A worker that died is noticed within 15 seconds: its lock runs out, and the next look finds its
 * job. In milliseconds.
 */
const stalled = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 10 } as const

/**
 * How long a worker that has nothing to do waits for Redis before it asks again, in seconds. A job
 * that comes ends the wait; the usual 5 seconds cost an idle copy a third of its commands.
 */
const idleSeconds = 30

/** How many jobs other workers may take between two questions to PostgreSQL. */
const mostTakenMeanwhile = 8

/**
 * BullMQ on PostgreSQL, in a schema of its own beside the tables.
 *
 * @throws when PostgreSQL can't be reached.
 */
export function postgresBackend(connectionString: string, telemetry?: Telemetry): Backend {
  const { Queue: PostgresQueue, Worker: PostgresWorker } = withBackend(createPostgresBackend)
  const connection = (max: number) => ({
    connectionString,
    schema: 'bullmq',
    migrate: true,
    max,
    keepAlive: true,
  })
  const traced = telemetry === undefined ? {} : { telemetry }
  return {
    name: 'postgres',
    // BullMQ has a class for each backend, with the same methods and types of their own.
    queue: (name) =>
      new PostgresQueue(name, {
        connection: connection(3),
        defaultJobOptions: jobOptions,
        ...traced,
      }) as unknown as Queue,
    worker: (name, concurrency, handle) =>
      new PostgresWorker(name, (job) => handle(job.data), {
        connection: connection(3),
        autorun: false,
        concurrency,
        ...stalled,
        ...traced,
      }) as unknown as Worker,
    // BullMQ 6.7 counts from the newest here, unlike on Redis. Some may be taken between the two
    // questions.
    next: async (queue) => {
      const waiting = await queue.getWaitingCount()
      if (waiting === 0) return undefined
      const place = Math.max(0, waiting - mostTakenMeanwhile)
      return (await queue.getWaiting(place, place + mostTakenMeanwhile))[0]
    },
    ping: async () => {},
    close: async () => {},
  }
}

/** BullMQ on Redis: one server, a Cluster, or the primary that Sentinels name. */
export function redisBackend(
  address: RedisAddress,
  onTrouble: (error: Error) => void,
  telemetry?: Telemetry,
): Backend {
  const connect = (maxRetriesPerRequest: number | null) =>
    connectRedis(address, {
      maxRetriesPerRequest,
      ...(address.kind === 'cluster' ? {} : { enableAutoPipelining: true }),
    }).on('error', onTrouble)
  // Braces keep a queue's keys on one node of a Cluster.
  const prefix = '{jawab}'
  const traced = telemetry === undefined ? {} : { telemetry }
  const queues = connect(3)
  const workers = connect(null)
  return {
    name: 'redis',
    queue: (name) =>
      new RedisQueue(name, {
        connection: queues,
        prefix,
        defaultJobOptions: jobOptions,
        ...traced,
      }),
    worker: (name, concurrency, handle) =>
      new RedisWorker(name, (job) => handle(job.data), {
        connection: workers,
        prefix,
        autorun: false,
        concurrency,
        drainDelay: idleSeconds,
        ...stalled,
        ...traced,
      }),
    next: async (queue) => (await queue.getWaiting(0, 0))[0],
    ping: async () => void (await queues.ping()),
    close: async () => {
      queues.disconnect()
      workers.disconnect()
    },
  }
}
