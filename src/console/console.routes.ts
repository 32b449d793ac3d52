import cookie from '@fastify/cookie'
import csrf from '@fastify/csrf-protection'
import formbody from '@fastify/formbody'
import type { FastifyPluginAsync } from 'fastify'
import { readStyle } from '../platform/http/style.ts'
import { refuseOver } from '../platform/quotas/hook.ts'
import { account } from './account/account.routes.tsx'
import { passkeys } from './account/passkeys.routes.ts'
import { breakGlassPage } from './admin/break-glass.routes.tsx'
import { type ChecklistOptions, checklist } from './admin/checklist.routes.tsx'
import { keysPage } from './admin/keys.routes.tsx'
import { type MessagesOptions, messagesPage } from './admin/messages.routes.tsx'
import { type OrganisationOptions, organisationPages } from './admin/organisation.routes.tsx'
import { readPosterStyle } from './admin/poster-style.client.ts'
import { type QueuesOptions, queuesPage } from './admin/queues.routes.ts'
import { answerWithPages } from './error-pages.routes.tsx'
import { type InvitationOptions, invitations } from './invitations/invitations.routes.tsx'
import { type LiveOptions, live } from './live.routes.ts'
import { openness } from './openness.routes.tsx'
import { type ConsoleOptions, onlyStaff, serveAsset, triedToSignIn } from './session.routes.tsx'
import { signIn } from './sign-in.routes.tsx'
import { ticketsBehind } from './supervision/behind.routes.tsx'
import { figureExport } from './supervision/export.routes.ts'
import { ticketFacts } from './supervision/facts.routes.tsx'
import { supervision } from './supervision/supervision.routes.tsx'
import { leave } from './tickets/leave.routes.tsx'
import { type TicketsOptions, tickets } from './tickets/tickets.routes.tsx'

export type Options = ConsoleOptions &
  TicketsOptions &
  LiveOptions &
  OrganisationOptions &
  MessagesOptions &
  InvitationOptions &
  ChecklistOptions &
  QueuesOptions & { readonly cookieSecrets: string[] }

/** Forms for those who are not signed in. */
const withoutSession = new Set([
  '/console/login',
  '/console/logout',
  '/console/language',
  '/console/passkeys/login',
  '/console/passkeys/login/options',
])

/**
 * `/console/*`: the staff's pages. Every form carries a token; no page may be kept by a browser's
 * cache.
 */
export const staffConsole: FastifyPluginAsync<Options> = async (app, options) => {
  await app.register(cookie, { secret: options.cookieSecrets })
  await app.register(formbody, { bodyLimit: 64 * 1024 })
  await app.register(csrf, {
    cookieOpts: {
      signed: true,
      httpOnly: true,
      sameSite: 'strict',
      path: '/console',
      secure: options.isSecure,
    },
    // A form with a file has its token in its address: its body is read after this.
    getToken: (request) =>
      (request.body as { _csrf?: string } | null)?._csrf ??
      (request.query as { _csrf?: string })._csrf,
  })
  app.addHook('onSend', async (_, reply) => {
    if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-store')
  })
  answerWithPages(app, options)
  const signedInOnly = onlyStaff(options)
  // Who may not send a form is not read: their body stays where it is (protection P39).
  app.addHook('onRequest', async (request, reply) => {
    const { method, routeOptions } = request
    if (method !== 'POST') return undefined
    if (!withoutSession.has(routeOptions.url ?? '')) return signedInOnly.call(app, request, reply)
    return refuseOver(reply, await options.quotas.look(triedToSignIn(request)))
  })
  app.addHook('preValidation', (request, reply, done) =>
    request.method === 'POST' ? app.csrfProtection(request, reply, done) : done(),
  )
  const style = await readStyle(new URL('./console.css', import.meta.url))
  serveAsset(app, '/console/console.css', 'text/css', style)
  serveAsset(app, '/console/poster.css', 'text/css', await readPosterStyle())
  app.decorateRequest('staff', null)
  await app.register(signIn, options)
  await app.register(tickets, options)
  await app.register(leave, options)
  await app.register(supervision, options)
  await app.register(ticketsBehind, options)
  await app.register(ticketFacts, options)
  await app.register(checklist, options)
  await app.register(keysPage, options)
  await app.register(invitations, options)
  await app.register(organisationPages, options)
  await app.register(breakGlassPage, options)
  await app.register(messagesPage, options)
  await app.register(queuesPage, options)
  await app.register(account, options)
  await app.register(live, options)
  await app.register(passkeys, options)
  await app.register(figureExport, options)
  await app.register(openness, options)
}
