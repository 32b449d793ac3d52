import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { entryOf } from '../../categories/category.ts'
import { may } from '../../organisation/role.ts'
import type { Staff } from '../../organisation/staff.ts'
import { type UnitOfWork, unitOfWork } from '../../organisation/unit-of-work.store.ts'
import type { Instant } from '../../platform/instant.ts'
import { callLeads, remindHandler } from '../../tickets/deadlines.store.ts'
import { desk, passOn } from '../../tickets/pass-on.store.ts'
import { Code, Csrf, Moment, type PageContext } from '../layout.page.tsx'
import {
  type ConsoleOptions,
  contextOf,
  onlyStaff,
  sendNotFound,
  sendPage,
  signedIn,
  viewer,
} from '../session.routes.tsx'
import type { TicketsOptions } from '../tickets/tickets.routes.tsx'
import { findFacts } from './supervised-tickets.store.ts'
import type { Facts } from './to-act-on.ts'

/** What came of what was done, as the page then says it. */
const outcomes = [
  'reminded',
  'remindedAlready',
  'leadCalled',
  'leadCalledAlready',
  'passedOn',
  'nobodyThere',
] as const
type Became = (typeof outcomes)[number]
const Params = z.object({ code: z.string().max(20) })

/**
 * One ticket as who oversees it sees it: when and with whom, and no word of what was written. From
 * here its handler is reminded, the lead called, or it is given to others.
 */
export const ticketFacts: FastifyPluginAsyncZod<ConsoleOptions & TicketsOptions> = async (
  app,
  options,
) => {
  app.addHook('preHandler', onlyStaff(options))
  const { db, now, office, afterChange } = options
  app.get(
    '/console/supervision/tickets/:code',
    {
      schema: {
        hide: true,
        params: Params,
        querystring: z.object({ became: z.enum(outcomes).optional() }),
      },
    },
    async (request, reply) => {
      const { staff, context } = await viewer(options, request, reply)
      const facts = await findFacts(db, staff, request.params.code)
      if (facts === undefined) return sendNotFound(reply, context)
      return sendPage(
        reply,
        context,
        facts.code,
        <FactsView context={context} facts={facts} now={now()} became={request.query.became} />,
      )
    },
  )
  const act = <Body,>(
    path: string,
    body: z.ZodType<Body>,
    work: (unit: UnitOfWork, staff: Staff, code: string, body: Body) => Promise<Became>,
  ) =>
    app.post(
      `/console/supervision/tickets/:code/${path}`,
      { schema: { hide: true, params: Params, body } },
      async (request, reply) => {
        const staff = signedIn(request)
        const { code } = request.params
        const facts = await findFacts(db, staff, code)
        if (facts === undefined)
          return sendNotFound(reply, await contextOf(options, request, reply, staff))
        const { result, after } = await unitOfWork(db, await office(), now(), (each) =>
          work(each, staff, code, request.body as Body),
        )
        await afterChange(after, [])
        // Given to a team of another place, it may be out of sight.
        const isSeen = (await findFacts(db, staff, code)) !== undefined
        return reply.redirect(
          isSeen
            ? `/console/supervision/tickets/${encodeURIComponent(code)}?became=${result}`
            : '/console/supervision',
          303,
        )
      },
    )
  act('remind', z.unknown(), async (work, staff, code) =>
    (await remindHandler(work, staff.id, code)) ? 'reminded' : 'remindedAlready',
  )
  act('call', z.unknown(), async (work, staff, code) =>
    (await callLeads(work, staff.id, code)) ? 'leadCalled' : 'leadCalledAlready',
  )
  act(
    'pass',
    z.object({ to: z.union([z.literal(desk), z.uuid()]) }),
    async (work, staff, code, { to }) =>
      may(staff, 'superviseArea') &&
      staff.areaCode !== null &&
      (await passOn(work, staff.areaCode, code, to)).ok
        ? 'passedOn'
        : 'nobodyThere',
  )
}

function FactsView({
  context,
  facts,
  now,
  became,
}: {
  context: PageContext
  facts: Facts
  now: Instant
  became: Became | undefined
}): VNode {
  const { voice } = context
  const { say } = voice
  const isOver = facts.status === 'resolved' || facts.status === 'closed'
  const rows = [
    ['console.opened', facts.openedAt],
    ['supervise.answeredBy', facts.firstResponseDueAt],
    ['supervise.answeredAt', facts.firstResponseAt],
    ['console.due', facts.dueAt],
    ['supervise.solvedAt', facts.resolvedAt],
  ] as const
  return (
    <>
      <h1>
        <span aria-hidden="true">{entryOf(facts.category).emblem}</span>{' '}
        {say(`category.${facts.category}`)} · <bdi>{voice.name(facts.placeNames)}</bdi>
      </h1>
      <p class="meta">
        <Code>{facts.code}</Code> · {say(`status.${facts.status}`)}
        {facts.reopenedCount > 0 && ` · ${say('list.reopened')}`}
        {!isOver && facts.dueAt.getTime() < now && (
          <>
            {' · '}
            <span class="overdue">
              {say('list.late', { time: { text: voice.duration(now - facts.dueAt.getTime()) } })}
            </span>
          </>
        )}
      </p>
      <p class="quiet">{say('supervise.noWords')}</p>
      {became !== undefined && (
        <p class="sheet" role="status">
          {say(`supervise.became.${became}`)}
        </p>
      )}
      <dl class="sheet facts">
        {facts.teamNames !== null && (
          <>
            <dt>{say('supervise.team')}</dt>
            <dd>
              <bdi>{voice.name(facts.teamNames)}</bdi>
            </dd>
          </>
        )}
        <dt>{say('talk.handler')}</dt>
        <dd>
          {facts.assigneeName === null ? (
            say('supervise.reason.nobody')
          ) : (
            <bdi>{facts.assigneeName}</bdi>
          )}
        </dd>
        {rows.map(([label, at]) => (
          <>
            <dt>{say(label)}</dt>
            <dd>
              <Moment voice={voice} at={at} />
            </dd>
          </>
        ))}
      </dl>
      <ToDo context={context} facts={facts} />
      <h2>{say('console.history')}</h2>
      <ol class="sheet events">
        {facts.events.map((event, index) => (
          <li key={index}>
            {say(`event.${event.type}` as 'event.opened')} — <Moment voice={voice} at={event.at} />
          </li>
        ))}
      </ol>
      <p>
        <a href="/console/supervision">{say('supervise.title')}</a>
      </p>
    </>
  )
}

/** What who oversees it can do: remind its handler, call the lead, give it to others. */
function ToDo({ context: { voice, csrf }, facts }: { context: PageContext; facts: Facts }): VNode {
  const { say } = voice
  const to = (path: string) => `/console/supervision/tickets/${facts.code}/${path}`
  return (
    <div class="actions">
      {facts.mayBeReminded && (
        <form method="post" action={to('remind')} class="sheet">
          <Csrf token={csrf} />
          <button type="submit" class="main">
            {say('supervise.remind')}
          </button>
        </form>
      )}
      {facts.leadNames.length > 0 && (
        <form method="post" action={to('call')} class="sheet">
          <Csrf token={csrf} />
          <button type="submit">{say('supervise.callLead')}</button>
          <span class="quiet">
            <bdi>{voice.list(facts.leadNames)}</bdi>
          </span>
        </form>
      )}
      {(facts.mayGoTo.desk || facts.mayGoTo.teams.length > 0) && (
        <form method="post" action={to('pass')} class="sheet">
          <Csrf token={csrf} />
          <label for="to">{say('supervise.passOn')}</label>
          <select id="to" name="to">
            {facts.mayGoTo.desk && <option value={desk}>{say('supervise.desk')}</option>}
            {facts.mayGoTo.teams.map(({ id, names }) => (
              <option key={id} value={id}>
                {voice.name(names)}
              </option>
            ))}
          </select>
          <button type="submit">{say('console.giveTo')}</button>
        </form>
      )}
    </div>
  )
}
