import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ComponentChildren } from 'preact'
import type { Office } from '../domain/office.ts'
import { type CatalogueLanguage, isCatalogueLanguage } from '../language/catalogue.ts'
import type { Voice } from '../language/render.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { Db } from '../store/connection.ts'
import { findSession, type Staff, sessionLifetimeMs } from '../store/staff.ts'
import type { AccessRecord } from '../store/text-access.ts'
import { type PageContext, renderPage } from './layout.tsx'

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
}

/** What a try to sign in counts as that did not succeed. */
export const triedToSignIn = ({ address }: FastifyRequest) => ({ quota: 'addressSignInsAMinute', of: address }) as const

const sessionCookie = 'jawab_staff'
const languageCookie = 'jawab_language'

/** Sessions live in a cookie that scripts can't read; the database keeps only its hash. */
export function setSession(reply: FastifyReply, secret: string, isSecure: boolean): void {
  reply.setCookie(sessionCookie, secret, { httpOnly: true, sameSite: 'lax', secure: isSecure, path: '/console', maxAge: sessionLifetimeMs / 1000 })
}

export function sessionOf(request: FastifyRequest): string | undefined {
  return request.cookies[sessionCookie]
}

export function clearSession(reply: FastifyReply): void {
  reply.clearCookie(sessionCookie, { path: '/console' })
}

export function setPageLanguage(reply: FastifyReply, language: CatalogueLanguage, isSecure: boolean): void {
  reply.setCookie(languageCookie, language, { httpOnly: true, sameSite: 'lax', secure: isSecure, path: '/console', maxAge: 365 * 86_400 })
}

/** Who is signed in, or `undefined`. */
export async function staffOf({ db, now }: ConsoleOptions, request: FastifyRequest): Promise<Staff | undefined> {
  const secret = sessionOf(request)
  return secret === undefined ? undefined : findSession(db, secret, new Date(now()))
}

/** A page's context: the member's language, or before sign-in the one chosen on the page. */
export async function contextOf(options: ConsoleOptions, request: FastifyRequest, reply: FastifyReply, staff: Staff | undefined): Promise<PageContext> {
  const chosen = staff?.language ?? request.cookies[languageCookie] ?? ''
  return { staff, voice: options.voices(isCatalogueLanguage(chosen) ? chosen : 'zh-Hans'), csrf: reply.generateCsrf() }
}

/** Who is signed in; anybody else is sent to the page that says how. */
export async function needStaff(options: ConsoleOptions, request: FastifyRequest, reply: FastifyReply): Promise<Staff | undefined> {
  const staff = await staffOf(options, request)
  if (staff === undefined) await reply.redirect('/console/login', 303)
  return staff
}

/** Who is signed in in this role, with their page; anybody else gets the page for what is not there. */
export async function needRole(
  options: ConsoleOptions,
  role: Staff['role'],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ readonly staff: Staff; readonly context: PageContext } | undefined> {
  const staff = await needStaff(options, request, reply)
  if (staff === undefined) return undefined
  const context = await contextOf(options, request, reply, staff)
  if (staff.role === role) return { staff, context }
  await sendNotFound(reply, context)
  return undefined
}

/** Sends a page. */
export function sendPage(reply: FastifyReply, context: PageContext, title: string, content: ComponentChildren): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(renderPage(context, title, content))
}

/** The page for what is not there; word for word the same for what is not the viewer's to see. */
export function sendNotFound(reply: FastifyReply, context: PageContext): FastifyReply {
  return sendPage(reply.code(404), context, '404', <p class="sheet">{context.voice.say('console.notFound')}</p>)
}

/** Serves a file of the console's own, which browsers keep for an hour. */
export function serveAsset(app: FastifyInstance, path: string, type: 'text/css' | 'text/javascript', text: string): void {
  app.get(path, { schema: { hide: true } as object }, async (_, reply) =>
    reply.type(`${type}; charset=utf-8`).header('cache-control', 'public, max-age=3600').send(text),
  )
}
