import etag from '@fastify/etag'
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  preHandlerAsyncHookHandler,
} from 'fastify'
import type { ComponentChildren } from 'preact'
import { type CatalogueLanguage, isCatalogueLanguage } from '../language/catalogue.ts'
import type { Voice } from '../language/render.ts'
import type { Office } from '../organisation/office.ts'
import { may, type Right } from '../organisation/role.ts'
import { findSession, sessionLifetimeMs } from '../organisation/staff.store.ts'
import type { Staff } from '../organisation/staff.ts'
import type { Db } from '../platform/postgres/database.ts'
import type { Quotas } from '../platform/quotas/quotas.ts'
import type { AccessRecord } from '../platform/sealing/access-log.ts'
import { type PageContext, renderPage } from './layout.page.tsx'

/** What the console's pages share. */
export type ConsoleOptions = {
  readonly db: Db
  readonly quotas: Quotas
  readonly record: AccessRecord
  readonly voices: (language: CatalogueLanguage) => Voice
  readonly now: () => number
  readonly office: () => Promise<Office>
  readonly isSecure: boolean
  readonly publicUrl: string
  /** The zone that weeks and hours are told in. */
  readonly timeZone: string
  /** Whether the database holds the demonstration. */
  readonly isDemo: boolean
}

/** What a try to sign in counts as that did not succeed. */
export const triedToSignIn = ({ address }: FastifyRequest) =>
  ({ quota: 'addressSignInsAMinute', of: address }) as const

const sessionCookie = 'jawab_staff'
const languageCookie = 'jawab_language'

/** Sessions live in a cookie that scripts can't read; the database keeps only its hash. */
export function setSession(reply: FastifyReply, secret: string, isSecure: boolean): void {
  reply.setCookie(sessionCookie, secret, {
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    path: '/console',
    maxAge: sessionLifetimeMs / 1000,
  })
}

/** The secret of the session cookie; `undefined` without one. */
export function sessionOf(request: FastifyRequest): string | undefined {
  return request.cookies[sessionCookie]
}

/** Takes the session cookie away. */
export function clearSession(reply: FastifyReply): void {
  reply.clearCookie(sessionCookie, { path: '/console' })
}

/** Remembers the language of the pages in a cookie. */
export function setPageLanguage(
  reply: FastifyReply,
  language: CatalogueLanguage,
  isSecure: boolean,
): void {
  reply.setCookie(languageCookie, language, {
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    path: '/console',
    maxAge: 365 * 86_400,
  })
}

/** Who is signed in, or `undefined`. */
export async function staffOf(
  { db, now }: ConsoleOptions,
  request: FastifyRequest,
): Promise<Staff | undefined> {
  const secret = sessionOf(request)
  return secret === undefined ? undefined : findSession(db, secret, new Date(now()))
}

/** A page's context: the member's language, or before sign-in the one chosen on the page. */
export async function contextOf(
  options: ConsoleOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  staff: Staff | undefined,
): Promise<PageContext> {
  const chosen = staff?.language ?? request.cookies[languageCookie] ?? ''
  return {
    staff,
    voice: options.voices(isCatalogueLanguage(chosen) ? chosen : 'zh-Hans'),
    csrf: reply.generateCsrf(),
    isDemo: options.isDemo,
    path: request.url.replace(/\?.*$/, ''),
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in, on routes that {@link onlyStaff} or {@link onlyWho} stands before. */
    staff: Staff | null
  }
}

/** Who is signed in, noted with the request; anybody else is sent to the page that says how. */
async function needStaff(
  options: ConsoleOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Staff | undefined> {
  const staff = request.staff ?? (await staffOf(options, request))
  if (staff === undefined) await reply.redirect('/console/login', 303)
  else request.staff = staff
  return staff
}

/** A hook before a page of staff. */
export function onlyStaff(options: ConsoleOptions): preHandlerAsyncHookHandler {
  return async (request, reply) =>
    (await needStaff(options, request, reply)) === undefined ? reply : undefined
}

/**
 * A hook before a page of one role: anybody else who is signed in gets the page for what is not
 * there.
 */
export function onlyWho(options: ConsoleOptions, right: Right): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    const staff = await needStaff(options, request, reply)
    if (staff === undefined) return reply
    return may(staff, right)
      ? undefined
      : sendNotFound(reply, await contextOf(options, request, reply, staff))
  }
}

/**
 * Who is signed in, behind one of these hooks. @throws on a route that has none: it would show a
 * page to anybody.
 */
export function signedIn({ staff, routeOptions }: FastifyRequest): Staff {
  if (staff === null) throw new Error(`nobody looks who is signed in before ${routeOptions.url}`)
  return staff
}

/** Who is signed in, with their page. */
export async function viewer(
  options: ConsoleOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ readonly staff: Staff; readonly context: PageContext }> {
  const staff = signedIn(request)
  return { staff, context: await contextOf(options, request, reply, staff) }
}

/** Sends a page. */
export function sendPage(
  reply: FastifyReply,
  context: PageContext,
  title: string,
  content: ComponentChildren,
): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(renderPage(context, title, content))
}

/** The page for what is not there; word for word the same for what is not the viewer's to see. */
export function sendNotFound(reply: FastifyReply, context: PageContext): FastifyReply {
  return sendPage(
    reply.code(404),
    context,
    '404',
    <p class="sheet">{context.voice.say('console.notFound')}</p>,
  )
}

/** For how long a browser does not ask whether a file is still the same, in seconds. */
const keptSeconds = 300

/**
 * Serves a file of the console's own. After an update nobody sees new pages in an old look for long,
 * and a thin connection carries what has not changed only once.
 */
export function serveAsset(
  app: FastifyInstance,
  path: string,
  type: 'text/css' | 'text/javascript',
  text: string,
): void {
  void app.register(async (assets) => {
    await assets.register(etag)
    assets.get(path, { schema: { hide: true } as object }, async (_, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .header('cache-control', `public, max-age=${keptSeconds}`)
        .send(text),
    )
  })
}
