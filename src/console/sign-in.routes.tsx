import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { catalogueLanguages } from '../language/catalogue.ts'
import { may } from '../organisation/role.ts'
import {
  beginSession,
  endSession,
  isTokenGood,
  redeemToken,
  setStaffLanguage,
} from '../organisation/staff.store.ts'
import { refuseOver } from '../platform/quotas/hook.ts'
import { PasskeyForm } from './account/account.routes.tsx'
import { relyingParty } from './account/passkeys.routes.ts'
import { Csrf } from './layout.page.tsx'
import {
  type ConsoleOptions,
  clearSession,
  contextOf,
  sendPage,
  sessionOf,
  setPageLanguage,
  setSession,
  staffOf,
  triedToSignIn,
} from './session.routes.tsx'

const Token = z.string().max(200).default('')
const hide = { hide: true } as const

/**
 * Signing in by a one-time link, and out. Opening the link uses nothing up: a preview of it in a
 * chat does no harm.
 */
export const signIn: FastifyPluginAsyncZod<ConsoleOptions> = async (app, options) => {
  const { db, now, isSecure, quotas } = options
  const purposes = ['login', 'invitation'] as const

  app.get('/console', { schema: hide }, async (request, reply) => {
    const staff = await staffOf(options, request)
    return reply.redirect(
      staff === undefined
        ? '/console/login'
        : may(staff, 'superviseArea')
          ? '/console/supervision'
          : may(staff, 'administer')
            ? '/console/admin'
            : '/console/tickets',
      303,
    )
  })

  app.get(
    '/console/login',
    { schema: { ...hide, querystring: z.object({ token: Token }) } },
    async (request, reply) => {
      const context = await contextOf(options, request, reply, undefined)
      const { say } = context.voice
      const { token } = request.query
      if (token !== '') refuseOver(reply, await quotas.look(triedToSignIn(request)))
      const good = token !== '' && (await isTokenGood(db, token, purposes, new Date(now())))
      if (token !== '' && !good) await quotas.take(triedToSignIn(request))
      const content = good ? (
        <form method="post" action="/console/login" class="sheet">
          <h1>{say('console.signIn')}</h1>
          <p>{say('console.signInHint')}</p>
          <Csrf token={context.csrf} />
          <input type="hidden" name="token" value={token} />
          <button type="submit" class="main">
            {say('console.signIn')}
          </button>
        </form>
      ) : (
        <>
          <h1>{say('console.signIn')}</h1>
          <p class="sheet">{say(token === '' ? 'console.needsLink' : 'console.linkRefused')}</p>
          {relyingParty(options.publicUrl) !== undefined && (
            <PasskeyForm voice={context.voice} csrf={context.csrf} kind="login" />
          )}
        </>
      )
      return sendPage(reply, context, say('console.signIn'), content)
    },
  )

  app.post(
    '/console/login',
    { schema: { ...hide, body: z.object({ token: Token }) } },
    async (request, reply) => {
      const staff = await redeemToken(db, request.body.token, purposes, new Date(now()))
      if (staff === undefined) {
        await quotas.take(triedToSignIn(request))
        return reply.redirect('/console/login?token=used', 303)
      }
      setSession(reply, await beginSession(db, staff.id, new Date(now())), isSecure)
      return reply.redirect('/console', 303)
    },
  )

  app.post('/console/logout', { schema: hide }, async (request, reply) => {
    const secret = sessionOf(request)
    if (secret !== undefined) await endSession(db, secret, new Date(now()))
    clearSession(reply)
    const context = await contextOf(options, request, reply, undefined)
    const said = context.voice.say('console.signedOut')
    return sendPage(reply, context, said, <p class="sheet">{said}</p>)
  })

  app.post(
    '/console/language',
    { schema: { ...hide, body: z.object({ language: z.enum(catalogueLanguages) }) } },
    async (request, reply) => {
      const staff = await staffOf(options, request)
      if (staff !== undefined) await setStaffLanguage(db, staff.id, request.body.language)
      setPageLanguage(reply, request.body.language, isSecure)
      return reply.redirect('/console', 303)
    },
  )
}
