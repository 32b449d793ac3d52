import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { may } from '../../organisation/role.ts'
import { tokenLifetimeMs } from '../../organisation/staff.store.ts'
import { Code, Csrf, type PageContext } from '../layout.page.tsx'
import { toQrCode } from '../qr-code.ts'
import {
  type ConsoleOptions,
  onlyStaff,
  sendNotFound,
  sendPage,
  viewer,
} from '../session.routes.tsx'
import {
  countWithoutChat,
  type Invitable,
  listInvitable,
  mostInvited,
  reissue,
} from './invitations.store.ts'

export type InvitationOptions = {
  /** The links of an invitation: one for each chat app, and the web's. */
  readonly invitationLinks: (token: string) => Promise<readonly string[]>
}

const hide = { hide: true } as const
const Asked = z.object({
  team: z.union([z.literal(''), z.uuid()]).default(''),
  member: z.union([z.literal(''), z.uuid()]).default(''),
})

/** A part of the sheet that is printed: one person, and the ways in. */
type Part = {
  readonly person: Invitable
  readonly links: readonly { readonly address: string; readonly picture: string }[]
}

/**
 * `/console/invitations`: who has a chat, and links for those who have none, on a sheet to print.
 * An administrator invites anybody, a lead their own team.
 */
export const invitations: FastifyPluginAsyncZod<ConsoleOptions & InvitationOptions> = async (
  app,
  options,
) => {
  app.addHook('preHandler', onlyStaff(options))
  const { db, now, invitationLinks } = options

  app.get(
    '/console/invitations',
    { schema: { ...hide, querystring: Asked.pick({ team: true }) } },
    async (request, reply) => {
      const { staff, context } = await viewer(options, request, reply)
      if (!may(staff, 'administer') && !may(staff, 'leadTeam')) return sendNotFound(reply, context)
      const team = may(staff, 'administer') ? request.query.team : (staff.teamId ?? '')
      const people = await listInvitable(db, staff, new Date(now()), of(team))
      const content = (
        <People
          context={context}
          people={people}
          team={team}
          withoutChat={await countWithoutChat(db, team === '' ? undefined : team)}
          teams={may(staff, 'administer') ? await listTeams() : []}
        />
      )
      return sendPage(reply, context, context.voice.say('invite.title'), content)
    },
  )

  app.post('/console/invitations', { schema: { ...hide, body: Asked } }, async (request, reply) => {
    const { staff, context } = await viewer(options, request, reply)
    const { team, member } = request.body
    const at = new Date(now())
    const all = await listInvitable(db, staff, at, {
      ...of(team),
      withoutChat: member === '',
      ...(member === '' ? {} : { memberId: member }),
    })
    if (all.length === 0) return sendNotFound(reply, context)
    const parts: Part[] = []
    for (const person of all) {
      const links = await invitationLinks(await reissue(db, person.id, at))
      parts.push({ person, links: await Promise.all(links.map(toQrCode)) })
    }
    return sendPage(
      reply,
      context,
      context.voice.say('invite.title'),
      <Sheet context={context} parts={parts} until={at.getTime() + tokenLifetimeMs.invitation} />,
    )
  })

  function listTeams() {
    return db.prisma.team.findMany({ orderBy: { code: 'asc' }, select: { id: true, names: true } })
  }
}

const of = (team: string) => (team === '' ? {} : { teamId: team })

function People({
  context: { voice, csrf },
  people,
  team,
  withoutChat,
  teams,
}: {
  context: PageContext
  people: readonly Invitable[]
  team: string
  withoutChat: number
  teams: readonly { readonly id: string; readonly names: unknown }[]
}): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say('invite.title')}</h1>
      <p class="quiet">{say('invite.about')}</p>
      {teams.length > 0 && (
        <form method="get" class="sheet filter">
          <label>
            <span class="quiet">{say('supervise.team')}</span>
            <select name="team">
              <option value="">{say('list.all')}</option>
              {teams.map(({ id, names }) => (
                <option key={id} value={id} selected={id === team}>
                  {voice.name(names as Record<string, string>)}
                </option>
              ))}
            </select>
          </label>
          <button type="submit">{say('supervise.show')}</button>
        </form>
      )}
      {withoutChat > 0 && (
        <form method="post" action="/console/invitations" class="sheet">
          <Csrf token={csrf} />
          <input type="hidden" name="team" value={team} />
          <button type="submit" class="main">
            {say('invite.all', { count: { count: Math.min(withoutChat, mostInvited) } })}
          </button>
        </form>
      )}
      {people.map((person) => (
        <div key={person.id} class="sheet row">
          <span>
            <b>
              <bdi>{person.name}</bdi>
            </b>{' '}
            <Code>{person.code}</Code>
            <br />
            <span class="meta">
              {say(`who.${person.role}`)}
              {person.teamNames !== null && (
                <>
                  {' · '}
                  <bdi>{voice.name(person.teamNames)}</bdi>
                </>
              )}
              {' · '}
              {stateOf(voice, person)}
            </span>
          </span>
          <form method="post" action="/console/invitations">
            <Csrf token={csrf} />
            <input type="hidden" name="member" value={person.id} />
            <button type="submit">
              {say(person.invitedUntil === null ? 'invite.one' : 'invite.again')}
            </button>
          </form>
        </div>
      ))}
    </>
  )
}

function stateOf({ say }: PageContext['voice'], { hasChat, invitedUntil }: Invitable): string {
  if (hasChat) return say('invite.hasChat')
  return invitedUntil === null
    ? say('invite.notYet')
    : say('invite.until', { at: { at: invitedUntil.getTime() } })
}

/** What is printed and cut apart: each their name, and their links as codes. */
function Sheet({
  context: { voice },
  parts,
  until,
}: {
  context: PageContext
  parts: readonly Part[]
  until: number
}): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say('invite.title')}</h1>
      <p class="quiet">{say('invite.print')}</p>
      {parts.map(({ person, links }) => (
        <section key={person.id} class="sheet invitation">
          <h2>
            <bdi>{person.name}</bdi>
          </h2>
          <p class="meta">
            {say(`who.${person.role}`)}
            {person.teamNames !== null && (
              <>
                {' · '}
                <bdi>{voice.name(person.teamNames)}</bdi>
              </>
            )}
          </p>
          <p>{say('invite.until', { at: { at: until } })}</p>
          <div class="row">
            {links.map(({ address, picture }) => (
              <figure key={address}>
                <img src={picture} alt="" width={140} height={140} />
                <figcaption class="secret" dir="ltr">
                  {address}
                </figcaption>
              </figure>
            ))}
          </div>
        </section>
      ))}
      <p>
        <a href="/console/invitations">{say('invite.title')}</a>
      </p>
    </>
  )
}
