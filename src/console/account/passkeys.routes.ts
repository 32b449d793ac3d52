import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  addPasskey,
  findPasskey,
  keepChallenge,
  listPasskeys,
  removePasskey,
  useChallenge,
  usePasskey,
} from '../../organisation/passkeys.store.ts'
import { beginSession } from '../../organisation/staff.store.ts'
import {
  type ConsoleOptions,
  onlyStaff,
  serveAsset,
  setSession,
  signedIn,
  triedToSignIn,
} from '../session.routes.tsx'

/** What every answer of a browser has. What is in it the library checks, byte by byte. */
const Response = z.looseObject({
  id: z.string().max(1400),
  rawId: z.string().max(1400),
  type: z.literal('public-key'),
  response: z.looseObject({ clientDataJSON: z.string().max(10_000) }),
  clientExtensionResults: z.looseObject({}),
})
const isResponse = (value: unknown) => Response.safeParse(value).success
const Registration = z.object({ response: z.custom<RegistrationResponseJSON>(isResponse) })
const Authentication = z.object({ response: z.custom<AuthenticationResponseJSON>(isResponse) })

/**
 * Where passkeys are good for. Browsers know no passkeys for a bare address, so `undefined` there.
 */
export function relyingParty(
  publicUrl: string,
): { readonly id: string; readonly origin: string } | undefined {
  const { hostname, origin } = new URL(publicUrl)
  return /^[\d.]+$|^\[/.test(hostname) ? undefined : { id: hostname, origin }
}

/** A fifth of the whole program's time to start: loaded when the first passkey is used. */
const library = () => import('@simplewebauthn/server')

/**
 * Passkeys for staff who come back: added once signed in by a link, then a touch is enough. No
 * password is ever there.
 */
export const passkeys: FastifyPluginAsyncZod<ConsoleOptions> = async (app, options) => {
  const { db, now, isSecure, quotas } = options
  const party = relyingParty(options.publicUrl)
  const hide = { hide: true } as const
  const at = () => new Date(now())
  const own = await readFile(new URL('./passkeys.browser.js', import.meta.url), 'utf8')
  const theirs = await readFile(
    createRequire(import.meta.url)
      .resolve('@simplewebauthn/browser')
      .replace(/dist\/.*|script\/.*|esm\/.*/, 'dist/bundle/index.umd.min.js'),
    'utf8',
  )
  serveAsset(app, '/console/passkeys.js', 'text/javascript', own)
  serveAsset(app, '/console/webauthn.js', 'text/javascript', theirs)
  if (party === undefined) return

  app.post(
    '/console/passkeys/options',
    { schema: hide, preHandler: onlyStaff(options) },
    async (request) => {
      const staff = signedIn(request)
      const known = await listPasskeys(db, staff.id)
      const made = await (await library()).generateRegistrationOptions({
        rpName: 'Jawab',
        rpID: party.id,
        userID: new TextEncoder().encode(staff.id),
        userName: staff.name,
        attestationType: 'none',
        excludeCredentials: known.map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      await keepChallenge(db, made.challenge, staff.id, at())
      return made
    },
  )

  app.post(
    '/console/passkeys',
    { schema: { ...hide, body: Registration }, preHandler: onlyStaff(options) },
    async (request, reply) => {
      const staff = signedIn(request)
      const { response } = request.body
      const verified = await (await library())
        .verifyRegistrationResponse({
          response,
          expectedChallenge: (challenge) => useChallenge(db, challenge, staff.id, at()),
          expectedOrigin: party.origin,
          expectedRPID: party.id,
          requireUserVerification: true,
        })
        .catch((error: Error) => {
          request.log.info({ reason: error.name }, 'a passkey was not accepted')
          return undefined
        })
      if (verified?.verified !== true) return reply.code(400).send({})
      const { id, publicKey, counter, transports } = verified.registrationInfo.credential
      await addPasskey(
        db,
        {
          id,
          memberId: staff.id,
          publicKey: new Uint8Array(publicKey),
          counter,
          transports: transports ?? [],
        },
        at(),
      )
      return { to: '/console/account' }
    },
  )

  app.post('/console/passkeys/login/options', { schema: hide }, async (request) => {
    await quotas.take(triedToSignIn(request))
    const made = await (await library()).generateAuthenticationOptions({
      rpID: party.id,
      userVerification: 'required',
    })
    await keepChallenge(db, made.challenge, null, at())
    return made
  })

  app.post(
    '/console/passkeys/login',
    { schema: { ...hide, body: Authentication } },
    async (request, reply) => {
      const { response } = request.body
      const passkey = await findPasskey(db, response.id)
      if (passkey === undefined) {
        await quotas.take(triedToSignIn(request))
        return reply.code(400).send({})
      }
      const { id, publicKey, counter, transports } = passkey
      const verified = await (await library())
        .verifyAuthenticationResponse({
          response,
          expectedChallenge: (challenge) => useChallenge(db, challenge, null, at()),
          expectedOrigin: party.origin,
          expectedRPID: party.id,
          credential: {
            id,
            publicKey,
            counter,
            transports: transports as AuthenticatorTransport[],
          },
          requireUserVerification: true,
        })
        .catch((error: Error) => {
          request.log.info({ reason: error.name }, 'a passkey was not accepted')
          return undefined
        })
      const staff =
        verified?.verified === true
          ? await usePasskey(db, passkey, verified.authenticationInfo.newCounter, at())
          : undefined
      if (staff === undefined) {
        await quotas.take(triedToSignIn(request))
        return reply.code(400).send({})
      }
      setSession(reply, await beginSession(db, staff.id, at()), isSecure)
      return { to: '/console' }
    },
  )

  const toRemove = {
    schema: { ...hide, body: z.object({ id: z.string().max(1400) }) },
    preHandler: onlyStaff(options),
  }
  app.post('/console/passkeys/remove', toRemove, async (request, reply) => {
    await removePasskey(db, signedIn(request).id, request.body.id)
    return reply.redirect('/console/account', 303)
  })
}
