import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const [accessKey, secretKey, region] = ['AKIAJAWABTESTS', 'secret-key-of-the-tests', 'eu-test-1']

/**
 * An S3 store on loopback with one bucket. It judges the signature (version 4) of each request over
 * its method, path, query, headers and body, as
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html says. It knows no
 * multipart uploads, no versions and no lists of who may read.
 */
export type S3 = {
  readonly url: string
  readonly environment: Readonly<Record<string, string>>
  /** What lies there, by name. */
  readonly objects: ReadonlyMap<string, Buffer>
  /** Requests that were refused for their signature. */
  readonly refused: () => number
  /** The next requests fail, as a store that is busy fails them. */
  readonly busy: (times: number) => void
  readonly close: () => Promise<void>
}

export async function startS3(bucket = 'jawab-test'): Promise<S3> {
  const objects = new Map<string, Buffer>()
  const state = { refused: 0, busy: 0 }
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    if (!isSigned(request, body)) {
      state.refused += 1
      return fail(response, 403, 'SignatureDoesNotMatch')
    }
    if (state.busy > 0) {
      state.busy -= 1
      return fail(response, 503, 'SlowDown')
    }
    const { pathname } = new URL(request.url ?? '', 'http://s3')
    const [, inBucket, ...rest] = pathname.split('/').map(decodeURIComponent)
    const name = rest.join('/')
    if (inBucket !== bucket) return fail(response, 404, 'NoSuchBucket')
    const found = objects.get(name)
    if (request.method === 'PUT') {
      objects.set(name, body)
      return void response.writeHead(200, { etag: '"x"' }).end()
    }
    if (request.method === 'DELETE') {
      objects.delete(name)
      return void response.writeHead(204).end()
    }
    if (request.method !== 'HEAD' && request.method !== 'GET')
      return fail(response, 405, 'MethodNotAllowed')
    if (found === undefined) return fail(response, 404, 'NoSuchKey')
    response.writeHead(200, {
      'content-length': found.length,
      'last-modified': new Date().toUTCString(),
      etag: '"x"',
    })
    return void response.end(request.method === 'GET' ? found : undefined)
  }
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `s3://${bucket}?${new URLSearchParams({ endpoint, region })}`,
    environment: { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey },
    objects,
    refused: () => state.refused,
    busy: (times) => {
      state.busy = times
    },
    close: () =>
      new Promise((resume) => {
        server.closeAllConnections()
        server.close(() => resume())
      }),
  }
}

function fail(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()

/** As RFC 3986 says, which leaves fewer characters alone than `encodeURIComponent`. */
const encoded = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** Most minutes between a request's time and ours. */
const mostSkewMinutes = 15

function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const [, credential = '', signedHeaders = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? []
  const [key, day = '', of = '', service = '', end = ''] = credential.split('/')
  const at = String(request.headers['x-amz-date'] ?? '')
  const claimed = String(request.headers['x-amz-content-sha256'] ?? '')
  if (key !== accessKey || of !== region || service !== 's3' || end !== 'aws4_request') return false
  if (!at.startsWith(day) || !isNow(at) || claimed !== sha256(body)) return false
  const names = signedHeaders.split(';')
  if (!names.includes('host') || !names.includes('x-amz-content-sha256')) return false
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3')
  const canonical = [
    request.method,
    pathname,
    [...searchParams]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}`),
    '',
    signedHeaders,
    claimed,
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n')
  const signing = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secretKey}`, day), region))
  const right = hmac(signing, toSign)
  return timingSafeEqual(right, Buffer.from(signature, 'hex'))
}

function isNow(at: string): boolean {
  const time = Date.parse(
    at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  )
  return Math.abs(time - Date.now()) < mostSkewMinutes * 60_000
}
