import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { entryOf } from '../../categories/category.ts'
import { unitOfWork } from '../../organisation/unit-of-work.store.ts'
import type { Instant } from '../../platform/instant.ts'
import { remindHandler } from '../../tickets/deadlines.store.ts'
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

const Params = z.object({ code: z.string().max(20) })

/**
 * One ticket as who oversees it sees it: when and with whom, and no word of what was written. Its
 * handler can be reminded from here.
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
        querystring: z.object({ reminded: z.enum(['yes', 'no']).optional() }),
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
        <FactsView context={context} facts={facts} now={now()} reminded={request.query.reminded} />,
      )
    },
  )
  app.post(
    '/console/supervision/tickets/:code/remind',
    { schema: { hide: true, params: Params } },
    async (request, reply) => {
      const staff = signedIn(request)
      const { code } = request.params
      const facts = await findFacts(db, staff, code)
      if (facts === undefined)
        return sendNotFound(reply, await contextOf(options, request, reply, staff))
      const { result, after } = await unitOfWork(db, await office(), now(), (work) =>
        remindHandler(work, staff.id, code),
      )
      await afterChange(after, [])
      return reply.redirect(
        `/console/supervision/tickets/${encodeURIComponent(code)}?reminded=${result ? 'yes' : 'no'}`,
        303,
      )
    },
  )
}

function FactsView({
  context: { voice, csrf },
  facts,
  now,
  reminded,
}: {
  context: PageContext
  facts: Facts
  now: Instant
  reminded: 'yes' | 'no' | undefined
}): VNode {
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
      {reminded !== undefined && (
        <p class="sheet" role="status">
          {say(reminded === 'yes' ? 'supervise.reminded' : 'supervise.remindedAlready')}
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
      {facts.mayBeReminded && (
        <form method="post" action={`/console/supervision/tickets/${facts.code}/remind`}>
          <Csrf token={csrf} />
          <button type="submit" class="main">
            {say('supervise.remind')}
          </button>
        </form>
      )}
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
