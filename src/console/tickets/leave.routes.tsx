import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { unitOfWork } from '../../organisation/unit-of-work.store.ts'
import { endLeave, leavesOf, takeLeave } from '../../tickets/duty.store.ts'
import { Csrf, type PageContext } from '../layout.page.tsx'
import {
  type ConsoleOptions,
  contextOf,
  onlyStaff,
  sendPage,
  signedIn,
  viewer,
} from '../session.routes.tsx'
import type { TicketsOptions } from './tickets.routes.tsx'

const hide = { hide: true } as const
const Planned = z.object({
  from: z.union([z.literal(''), z.iso.date()]).default(''),
  days: z.coerce.number().int().min(1).max(99),
  /** Said after the page has told what is moved. */
  sure: z.string().max(3).default(''),
})
type Planned = z.output<typeof Planned>

/** `/console/leave`: a member's leaves, seen, planned and ended. */
export const leave: FastifyPluginAsyncZod<ConsoleOptions & TicketsOptions> = async (
  app,
  options,
) => {
  app.addHook('preHandler', onlyStaff(options))
  const { db, office, now, afterChange } = options
  const today = async () => (await office()).localMoment(now()).day

  app.get('/console/leave', { schema: hide }, async (request, reply) => {
    const { staff, context } = await viewer(options, request, reply)
    return sendPage(
      reply,
      context,
      context.voice.say('leave.title'),
      <Leaves
        context={context}
        {...(await leavesOf(db, staff.id, await today()))}
        asked={undefined}
      />,
    )
  })

  app.post('/console/leave', { schema: { ...hide, body: Planned } }, async (request, reply) => {
    const staff = signedIn(request)
    const asked = request.body
    const day = await today()
    const from = asked.from === '' ? day : asked.from
    const has = await leavesOf(db, staff.id, day)
    if (from <= day && asked.sure === '' && has.toMove + has.toKeep > 0) {
      const context = await contextOf(options, request, reply, staff)
      return sendPage(
        reply,
        context,
        context.voice.say('leave.title'),
        <Leaves context={context} {...has} asked={{ ...asked, from }} />,
      )
    }
    const { result, after } = await unitOfWork(db, await office(), now(), (work) =>
      takeLeave(work, staff.id, asked.days, from),
    )
    await afterChange(after, result)
    return reply.redirect('/console/leave', 303)
  })

  app.post(
    '/console/leave/end',
    { schema: { ...hide, body: z.object({ firstDay: z.iso.date() }) } },
    async (request, reply) => {
      const staff = signedIn(request)
      await unitOfWork(db, await office(), now(), async (work) =>
        endLeave(work, staff.id, request.body.firstDay),
      )
      return reply.redirect('/console/leave', 303)
    },
  )
}

function Leaves({
  context: { voice, csrf },
  leaves,
  toMove,
  toKeep,
  asked,
}: {
  context: PageContext
  leaves: Awaited<ReturnType<typeof leavesOf>>['leaves']
  toMove: number
  toKeep: number
  asked: Planned | undefined
}): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say('leave.title')}</h1>
      {asked !== undefined && (
        <form method="post" action="/console/leave" class="sheet refused">
          <Csrf token={csrf} />
          <p role="alert">
            {say('leave.moves', { moved: { count: toMove }, kept: { count: toKeep } })}
          </p>
          <input type="hidden" name="from" value={asked.from} />
          <input type="hidden" name="days" value={asked.days} />
          <button type="submit" name="sure" value="yes" class="danger">
            {say('console.takeLeave')}
          </button>
        </form>
      )}
      {leaves.length === 0 && <p class="sheet quiet">{say('leave.none')}</p>}
      {leaves.map(({ firstDay, lastDay }) => (
        <form key={firstDay} method="post" action="/console/leave/end" class="sheet row">
          <Csrf token={csrf} />
          <bdi>
            {voice.day(firstDay)} – {voice.day(lastDay)}
          </bdi>
          <input type="hidden" name="firstDay" value={firstDay} />
          <button type="submit">{say('leave.end')}</button>
        </form>
      ))}
      <form method="post" action="/console/leave" class="sheet fields">
        <Csrf token={csrf} />
        <label>
          <span>{say('leave.from')}</span>
          <input type="date" name="from" />
        </label>
        <label>
          <span>{say('leave.days')}</span>
          <input name="days" type="number" min={1} max={99} required inputMode="numeric" />
        </label>
        <button type="submit" class="main">
          {say('console.takeLeave')}
        </button>
      </form>
      <p>
        <a href="/console/tickets">{say('console.mine')}</a>
      </p>
    </>
  )
}
