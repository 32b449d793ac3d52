import { type Logger, pino, stdSerializers } from 'pino'

/**
 * The log: data, with ids, on standard error, so that standard output is what people asked for.
 * Whatever could hold a text, a handle or a token is cut out, should it ever be logged by mistake.
 */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      redact: { paths: redacted.flatMap((name) => [name, `*.${name}`]), remove: true },
      serializers: {
        err: ({ name, code }: Error & { code?: string }) => ({ name, code }),
        error: ({ name, code }: Error & { code?: string }) => ({ name, code }),
        req: ({ method }: { method: string }) => ({ method }),
        res: stdSerializers.res,
      },
    },
    process.stderr,
  )
}

const redacted = [
  'text',
  'handle',
  'token',
  'password',
  'payload',
  'content',
  'body',
  'headers',
  'cookie',
  'cookies',
  'authorization',
  'from',
  'chat',
  'caption',
  'url',
  'location',
] as const
