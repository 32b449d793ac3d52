import { z } from 'zod'
import { channelModules } from './channels/index.ts'
import type { ConfiguredChannel } from './channels/module.routes.ts'
import {
  type EmergencyNumbers,
  emergencyNames,
  usualEmergencyNumbers,
} from './organisation/emergency-numbers.ts'
import { url, type ValuesOf, type Variables, wholeNumber } from './platform/environment.ts'
import { type Bucket, BucketUrl } from './platform/files/bucket.ts'
import { RedisAddress } from './platform/queue/redis-address.ts'
import { type OtherFigures, type QuotaName, quotaNames } from './platform/quotas/figures.ts'
import { type Kept, keptBounds } from './privacy/retention.ts'

const channelVariables: Variables = Object.assign(
  {},
  ...channelModules.map((module) => module.variables),
)

/**
 * The environment, read once. Every variable stands in this table: what the README prints, what an
 * error says and what is accepted come from the same line.
 */
const variables = {
  HOST: {
    meaning: 'where the web role listens',
    shown: '`127.0.0.1`',
    expects: 'a host name or an address',
    example: '0.0.0.0',
    schema: z
      .string()
      .regex(/^[\w.:-]+$/)
      .default('127.0.0.1'),
  },
  PORT: {
    meaning: 'the port of the web role',
    shown: '`3000`',
    expects: 'a whole number from 0 to 65535',
    example: '3000',
    schema: wholeNumber(0, 65_535).default(3000),
  },
  PUBLIC_URL: {
    meaning: 'how others reach it',
    shown: '`http://HOST:PORT`',
    expects: 'an http or https address',
    example: 'https://jawab.example',
    schema: url('http', 'https').optional(),
  },
  ROLES: {
    meaning: '`web`, `worker` or both',
    shown: '`web,worker`',
    expects: 'web, worker or both with a comma between',
    example: 'web,worker',
    schema: z
      .string()
      .transform((text) => text.split(',').map((role) => role.trim()))
      .pipe(z.array(z.enum(['web', 'worker'])).min(1))
      .default(['web', 'worker']),
  },
  DATA_DIR: {
    meaning: 'embedded database, attachments, keys',
    shown: '`./data`',
    expects: 'a folder',
    example: './data',
    schema: z.string().min(1).default('./data'),
  },
  DATABASE_URL: {
    meaning: 'PostgreSQL',
    shown: 'embedded',
    expects: 'a PostgreSQL address',
    example: 'postgresql://jawab:password@db.example:5432/jawab',
    schema: url('postgresql', 'postgres').optional(),
  },
  MIGRATION_DATABASE_URL: {
    meaning:
      "the owner's account of the same PostgreSQL, for migrating and restoring; then `DATABASE_URL` is an account that owns no table",
    shown: '`DATABASE_URL`',
    expects: 'a PostgreSQL address',
    example: 'postgresql://jawab_owner:password@db.example:5432/jawab',
    schema: url('postgresql', 'postgres').optional(),
  },
  REDIS_URL: {
    meaning:
      'Redis; several comma-separated `redis://` nodes make a Cluster, `redis+sentinel://HOST,HOST,HOST/NAME` names Sentinels',
    shown: 'BullMQ on PostgreSQL',
    expects: 'one Redis address, several with commas between, or redis+sentinel://HOST,HOST/NAME',
    example: 'redis://redis.example:6379',
    schema: RedisAddress.optional(),
  },
  FILES_URL: {
    meaning:
      'where files lie: `s3://BUCKET?endpoint=…&region=…`, with keys from the usual `AWS_…` variables',
    shown: 'a folder under `DATA_DIR`',
    expects: 's3://BUCKET, with ?endpoint=https://HOST and &region=REGION where they are needed',
    example: 's3://jawab?endpoint=https://s3.example&region=eu-central-1',
    schema: BucketUrl.optional(),
  },
  DATA_KEY: {
    meaning:
      '32 bytes, base64: encrypts contact handles; several comma-separated keys rotate, the first one writes',
    shown: 'made on first start under `DATA_DIR`, outside the database',
    expects: '32 bytes in base64, or several such keys with commas between',
    example: 'the output of: openssl rand -base64 32',
    schema: z
      .string()
      .transform((text) => text.split(',').map((key) => key.trim()))
      .pipe(z.array(z.base64().refine((key) => Buffer.from(key, 'base64').length === 32)).min(1))
      .optional(),
  },
  ...channelVariables,
  TIME_ZONE: {
    meaning: "the working calendar's zone",
    shown: '`Asia/Urumqi`',
    expects: 'an IANA time zone',
    example: 'Asia/Urumqi',
    schema: z.string().refine(isTimeZone).default('Asia/Urumqi'),
  },
  KEEP_TEXT_DAYS: days(
    'how long text and photos are kept after a request is over, in days',
    keptBounds.textDays,
  ),
  KEEP_VOICE_DAYS: days(
    'how long voice messages are kept after a request is over, in days',
    keptBounds.voiceDays,
  ),
  KEEP_CHAT_DAYS: days(
    'how long a chat is kept after its last message, in days',
    keptBounds.chatDays,
  ),
  BACKLOG_LIMIT: {
    meaning:
      'how many messages may wait before no more are taken in (503, and chat apps keep them)',
    shown: '`50000`',
    expects: 'a whole number from 10 to 10000000',
    example: '50000',
    schema: wholeNumber(10, 10_000_000).default(50_000),
  },
  PRIVATE_HOSTS: {
    meaning:
      'hosts of your own network that webhooks may call and media may come from, with commas between',
    shown: 'none: only public addresses',
    expects: 'host names or addresses with commas between',
    example: 'hooks.internal,10.0.0.7',
    schema: z
      .string()
      .regex(/^[\w.:-]+(?:\s*,\s*[\w.:-]+)*$/)
      .transform((text) => text.split(',').map((host) => host.trim()))
      .default([]),
  },
  TRUSTED_PROXIES: {
    meaning:
      'addresses or ranges (CIDR) of balancers whose `X-Forwarded-For` is believed, with commas between',
    shown: 'none: an address is the one that a connection comes from',
    expects: 'addresses or ranges (CIDR) with commas between',
    example: '10.0.0.7,192.168.0.0/16',
    schema: z
      .string()
      .transform((text) => text.split(',').map((proxy) => proxy.trim()))
      .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).min(1))
      .default([]),
  },
  EMERGENCY_NUMBERS: {
    meaning:
      'numbers to call in danger that are otherwise than usual, with commas between: check them for your county',
    shown: `\`${Object.entries(usualEmergencyNumbers)
      .map(([name, number]) => `${name}=${number}`)
      .join(',')}\``,
    expects: `NAME=DIGITS with commas between; the names are ${emergencyNames.join(', ')}`,
    example: 'police=102,fire=101,ambulance=103',
    schema: namesAndValues()
      .pipe(z.array(z.tuple([z.enum(emergencyNames), z.string().regex(/^\d{3,12}$/)])))
      .transform(
        (pairs): EmergencyNumbers => ({ ...usualEmergencyNumbers, ...Object.fromEntries(pairs) }),
      )
      .default(usualEmergencyNumbers),
  },
  QUOTAS: {
    meaning:
      'quotas that are otherwise than usual (`docs/operations.md` lists them), with commas between',
    shown: 'none',
    expects: `NAME=NUMBER with commas between; the names are ${quotaNames.join(', ')}`,
    example: 'chatMessagesAMinute=60,addressSessionsAMinute=100',
    schema: namesAndValues()
      .pipe(
        z.array(
          z.tuple([
            z.enum(quotaNames as readonly [QuotaName, ...QuotaName[]]),
            z
              .string()
              .regex(/^\d{1,9}$/)
              .transform(Number),
          ]),
        ),
      )
      .transform((pairs): OtherFigures => Object.fromEntries(pairs))
      .default({}),
  },
  DRAIN_SECONDS: {
    meaning:
      'how long a copy that was told to stop still answers while `/readyz` says 503, so that a balancer sends nobody to it any more',
    shown: '`0`',
    expects: 'a whole number from 0 to 60',
    example: '5',
    schema: wholeNumber(0, 60).default(0),
  },
  PROBE_PORT: {
    meaning:
      'a port of its own for `/healthz`, `/readyz` and `/metrics`, on every role; keep it inside your network',
    shown: 'off',
    expects: 'a whole number from 0 to 65535',
    example: '3001',
    schema: wholeNumber(0, 65_535).optional(),
  },
  METRICS_TOKEN: {
    meaning: 'bearer token that `/metrics` asks for; without one it is served on `PROBE_PORT` only',
    shown: 'none',
    expects: '16 to 200 of the characters A-Z a-z 0-9 _ -',
    example: 'the output of: openssl rand -hex 32',
    schema: z
      .string()
      .regex(/^[\w-]{16,200}$/)
      .optional(),
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning:
      'an OpenTelemetry collector (OTLP over HTTP) that traces of messages are sent to: ids and moments, no words',
    shown: 'off',
    expects: 'an http or https address',
    example: 'http://127.0.0.1:4318',
    schema: url('http', 'https').optional(),
  },
  LOG_LEVEL: {
    meaning: 'pino level',
    shown: '`info`',
    expects: 'trace, debug, info, warn, error, fatal or silent',
    example: 'info',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  },
} as const satisfies Variables

type Environment = ValuesOf<typeof variables>

/** The whole configuration of one process. */
export type Config = {
  readonly host: string
  readonly port: number
  readonly publicUrl: string | undefined
  readonly roles: readonly ('web' | 'worker')[]
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly migrationDatabaseUrl: string | undefined
  /** Where files lie; without one in a folder under `dataDir`. */
  readonly bucket: Bucket | undefined
  readonly redis: RedisAddress | undefined
  readonly dataKeys: readonly string[] | undefined
  /** The chat apps that are switched on. */
  readonly channels: readonly ConfiguredChannel[]
  readonly timeZone: string
  readonly kept: Kept
  readonly emergencyNumbers: EmergencyNumbers
  readonly backlogLimit: number
  readonly privateHosts: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly quotas: OtherFigures
  readonly drainMs: number
  readonly probePort: number | undefined
  readonly metricsToken: string | undefined
  readonly tracesTo: string | undefined
  readonly logLevel: string
}

/** The environment is wrong. The message has one line for each wrong variable and never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads the configuration from an environment such as `process.env`.
 *
 * @throws {ConfigError} one line per variable: what was wrong, what would be right.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const wrong: string[] = []
  const read: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(variables)) {
    const text = environment[name]?.trim()
    const parsed = variable.schema.safeParse(text === '' ? undefined : text)
    if (parsed.success) read[name] = parsed.data
    else wrong.push(`${name}: must be ${variable.expects}; for example ${name}=${variable.example}`)
  }
  for (const name of Object.keys(environment)
    .filter((each) => each.startsWith('JAWAB_'))
    .sort())
    wrong.push(
      `${name}: no such setting; remove it (the README lists the variables that there are)`,
    )
  const channels = channelModules.flatMap((module) => module.configure(read, wrong) ?? [])
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'))
  const rest = read as Environment
  return {
    host: rest.HOST,
    port: rest.PORT,
    publicUrl: rest.PUBLIC_URL?.replace(/\/$/, ''),
    roles: [...new Set(rest.ROLES)],
    dataDir: rest.DATA_DIR,
    databaseUrl: rest.DATABASE_URL,
    migrationDatabaseUrl: rest.MIGRATION_DATABASE_URL,
    bucket: rest.FILES_URL,
    redis: rest.REDIS_URL,
    dataKeys: rest.DATA_KEY,
    channels,
    timeZone: rest.TIME_ZONE,
    emergencyNumbers: rest.EMERGENCY_NUMBERS,
    kept: {
      textDays: rest.KEEP_TEXT_DAYS,
      voiceDays: rest.KEEP_VOICE_DAYS,
      chatDays: rest.KEEP_CHAT_DAYS,
    },
    backlogLimit: rest.BACKLOG_LIMIT,
    privateHosts: rest.PRIVATE_HOSTS,
    trustedProxies: rest.TRUSTED_PROXIES,
    quotas: rest.QUOTAS,
    drainMs: rest.DRAIN_SECONDS * 1_000,
    probePort: rest.PROBE_PORT,
    metricsToken: rest.METRICS_TOKEN,
    tracesTo: rest.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: rest.LOG_LEVEL,
  }
}

/** Where the service is reached, as far as the configuration knows. */
export function rootOf({ publicUrl, host, port }: Config): string {
  // An IPv6 address stands in brackets within another address. RFC 3986, 3.2.2.
  return publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The table of variables as Markdown, for the README; a test compares them. */
export function environmentTable(): string {
  const rows = Object.entries(variables).map(
    ([name, { meaning, shown }]) => `| \`${name}\` | ${meaning} | ${shown} |`,
  )
  return ['| variable | meaning | default |', '| --- | --- | --- |', ...rows].join('\n')
}

/** `NAME=VALUE` with commas between. */
function namesAndValues() {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.split('=').map((side) => side.trim())))
}

function days(
  meaning: string,
  { least, most, usual }: (typeof keptBounds)[keyof typeof keptBounds],
) {
  return {
    meaning: `${meaning}, from ${least} to ${most}`,
    shown: `\`${usual}\``,
    expects: `a whole number from ${least} to ${most}`,
    example: String(usual),
    schema: wholeNumber(least, most, 3).default(usual),
  }
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null
  } catch {
    return false
  }
}
