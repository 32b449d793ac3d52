import accepts from '@fastify/accepts'
import helmet from '@fastify/helmet'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  LogController,
} from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { documentation } from '../api/documentation.routes.ts'
import { type Options as HealthOptions, health } from '../api/health.routes.ts'
import { type Options as MetricsOptions, metricsRoute } from '../api/metrics.routes.ts'
import { open311 } from '../api/open311/open311.routes.ts'
import type { Options as Open311Options } from '../api/open311/options.routes.ts'
import { problemsPage } from '../api/problems-page.routes.ts'
import { ticketPage } from '../api/ticket-page.routes.tsx'
import { type Options as TicketStatusOptions, ticketStatus } from '../api/ticket-status.routes.ts'
import { type Options as ConsoleOptions, staffConsole } from '../console/console.routes.ts'
import { refuseWhenFull } from '../platform/http/back-pressure.ts'
import { serveEventStreams } from '../platform/http/event-streams.ts'
import { answerProblems } from '../platform/http/problem.ts'
import { knowAddresses } from '../platform/quotas/hook.ts'
import {
  type Options as SubscriptionOptions,
  webhookSubscriptions,
} from '../webhooks/subscriptions.routes.ts'

export type WebOptions = {
  readonly log: FastifyBaseLogger
  readonly isSecure: boolean
  /** Balancers whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  readonly publicUrl: string
  readonly health: HealthOptions
  /** `/metrics` is served here only with a token. */
  readonly metrics: MetricsOptions
  readonly tickets: TicketStatusOptions
  readonly subscriptions: SubscriptionOptions
  readonly open311: Open311Options
  readonly console: ConsoleOptions
  /** The routes of the chat apps. */
  readonly channels: readonly FastifyPluginAsync[]
  /** Whether too much waits to take more in. */
  readonly isFull: () => Promise<boolean>
  /**
   * Whether this copy is about to stop: anyone who still asks is answered, and sent elsewhere with
   * their next request.
   */
  readonly isStopping: () => boolean
}

/** How long requests in hand may take once nothing new is taken, in milliseconds. */
const lastRequestsMs = 4_000

/** Everything that answers HTTP, one plugin a feature. */
export async function buildWeb({
  log,
  isSecure,
  trustedProxies,
  isFull,
  isStopping,
  ...options
}: WebOptions): Promise<FastifyInstance> {
  const app = openServer(log, trustedProxies, isStopping)
  const routes: string[] = []
  app.addHook(
    'onRoute',
    ({ method, url }) => void routes.push(...[method].flat().map((each) => `${each} ${url}`)),
  )
  app.addHook('onReady', async () => log.debug({ routes }, 'answers these'))
  await app.register(accepts)
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:'],
        mediaSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isSecure ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
  })
  refuseWhenFull(app, isFull)
  serveEventStreams(app)
  await app.register(documentation, { publicUrl: options.publicUrl })
  await app.register(health, options.health)
  if (options.metrics.token !== undefined) await app.register(metricsRoute, options.metrics)
  await app.register(problemsPage)
  await app.register(ticketStatus, options.tickets)
  await app.register(ticketPage, {
    ...options.tickets,
    voices: options.console.voices,
    isDemo: options.console.isDemo,
  })
  await app.register(webhookSubscriptions, options.subscriptions)
  await app.register(open311, options.open311)
  await app.register(staffConsole, options.console)
  for (const routes of options.channels) await app.register(routes)
  return app
}

type ProbesOptions = Pick<WebOptions, 'log' | 'health' | 'metrics' | 'isStopping'>

/**
 * What is answered on a port of its own, for anyone who watches a copy: whether it lives and can
 * work, and its metrics.
 */
export async function buildProbes({
  log,
  isStopping,
  health: options,
  metrics,
}: ProbesOptions): Promise<FastifyInstance> {
  const app = openServer(log, [], isStopping)
  await app.register(health, options)
  await app.register(metricsRoute, metrics)
  return app
}

/**
 * How long a request may take to come in, in milliseconds: its headers, and all of it. The largest
 * file comes in within that at 170 KB/s, and the page makes pictures far smaller before it sends
 * them.
 */
const patience = { headersMs: 20_000, requestMs: 120_000, lookEveryMs: 5_000 } as const

/** A server with what all routes share. A request that comes in too slowly ends with 408. */
export function openServer(
  log: FastifyBaseLogger,
  trustedProxies: readonly string[],
  isStopping: () => boolean,
  {
    headersMs,
    requestMs,
    lookEveryMs,
  }: { readonly [Name in keyof typeof patience]: number } = patience,
): FastifyInstance {
  const app = Fastify({
    requestTimeout: requestMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: lookEveryMs },
    loggerInstance: log,
    // A request's address and query may tell who asks: only its route is logged, by the metrics.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 256 * 1024,
    forceCloseConnections: 'idle',
    // What came in before the door closed is answered as ever.
    return503OnClosing: false,
    // Any sender can put any address into `X-Forwarded-For`. Only a named balancer is believed
    // (protection P39).
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { maxParamLength: 200 },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerProblems(app)
  knowAddresses(app)
  app.addHook('onSend', async (_, reply) => {
    if (isStopping()) reply.header('connection', 'close')
  })
  app.addHook(
    'preClose',
    async () => void setTimeout(() => app.server.closeAllConnections(), lastRequestsMs).unref(),
  )
  return app
}
