import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { type ListedPasskey, listPasskeys } from '../../organisation/passkeys.store.ts'
import {
  endListedSession,
  type ListedSession,
  listSessions,
} from '../../organisation/staff.store.ts'
import { Csrf, Moment, type PageContext } from '../layout.page.tsx'
import {
  type ConsoleOptions,
  onlyStaff,
  sendPage,
  sessionOf,
  signedIn,
  viewer,
} from '../session.routes.tsx'
import { relyingParty } from './passkeys.routes.ts'

/**
 * A member's own access: where they are signed in, and their passkeys. Each can be ended from here.
 */
export const account: FastifyPluginAsyncZod<ConsoleOptions> = async (app, options) => {
  app.addHook('preHandler', onlyStaff(options))
  const { db, now } = options
  const hide = { hide: true } as const

  app.get('/console/account', { schema: hide }, async (request, reply) => {
    const { staff, context } = await viewer(options, request, reply)
    const [sessions, own] = await Promise.all([
      listSessions(db, staff.id, sessionOf(request), new Date(now())),
      listPasskeys(db, staff.id),
    ])
    const content = (
      <Account
        context={context}
        sessions={sessions}
        passkeys={own}
        mayAdd={relyingParty(options.publicUrl) !== undefined}
      />
    )
    return sendPage(reply, context, context.voice.say('account.title'), content)
  })

  app.post(
    '/console/account/end',
    { schema: { ...hide, body: z.object({ id: z.uuid() }) } },
    async (request, reply) => {
      const staff = signedIn(request)
      await endListedSession(db, staff.id, request.body.id, new Date(now()))
      return reply.redirect('/console/account', 303)
    },
  )
}

function Account({
  context: { voice, csrf },
  sessions,
  passkeys,
  mayAdd,
}: {
  context: PageContext
  sessions: readonly ListedSession[]
  passkeys: readonly ListedPasskey[]
  mayAdd: boolean
}): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say('account.title')}</h1>
      <h2>{say('account.sessions')}</h2>
      {sessions.map((session) => (
        <form key={session.id} method="post" action="/console/account/end" class="sheet row">
          <Csrf token={csrf} />
          <input type="hidden" name="id" value={session.id} />
          <span>
            {say('account.since')}: <Moment voice={voice} at={session.createdAt} />
            <br />
            <span class="meta">
              {say('account.lastSeen')}: <Moment voice={voice} at={session.lastSeenAt} />{' '}
              {session.isThisOne && `· ${say('account.thisOne')}`}
            </span>
          </span>
          <button type="submit">{say('account.end')}</button>
        </form>
      ))}
      <h2>{say('account.passkeys')}</h2>
      <p class="quiet">{say('account.passkeysAbout')}</p>
      {passkeys.map(({ id, createdAt, lastUsedAt }) => (
        <form key={id} method="post" action="/console/passkeys/remove" class="sheet row">
          <Csrf token={csrf} />
          <input type="hidden" name="id" value={id} />
          <span>
            {say('account.since')}: <Moment voice={voice} at={createdAt} />
            <br />
            <span class="meta">
              {say('account.lastSeen')}: <Moment voice={voice} at={lastUsedAt} />
            </span>
          </span>
          <button type="submit">{say('account.remove')}</button>
        </form>
      ))}
      {mayAdd && <PasskeyForm voice={voice} csrf={csrf} kind="new" />}
    </>
  )
}

/** A button that asks the device for a passkey; hidden where the browser knows none. */
export function PasskeyForm({
  voice: { say },
  csrf,
  kind,
}: {
  voice: PageContext['voice']
  csrf: string
  kind: 'new' | 'login'
}): VNode {
  return (
    <>
      <form
        method="post"
        action={kind === 'new' ? '/console/passkeys' : '/console/passkeys/login'}
        class="sheet"
        data-passkey={kind}
        hidden
      >
        <Csrf token={csrf} />
        <button type="submit" class={kind === 'login' ? 'main' : ''}>
          {say(kind === 'new' ? 'account.addPasskey' : 'account.usePasskey')}
        </button>
        <p role="alert" class="overdue" hidden>
          {say('account.passkeyRefused')}
        </p>
      </form>
      <script src="/console/webauthn.js" />
      <script src="/console/passkeys.js" />
    </>
  )
}
