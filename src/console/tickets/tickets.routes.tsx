import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isCatalogueLanguage } from '../../language/catalogue.ts'
import { type UnitOfWork, unitOfWork } from '../../organisation/unit-of-work.store.ts'
import type { AfterCommit } from '../../platform/after-commit.ts'
import type { StoredFile } from '../../platform/files/file-kind.ts'
import { setDuty, takeLeave } from '../../tickets/duty.store.ts'
import { waysToLetGo } from '../../tickets/hand-back.ts'
import {
  accept,
  askResident,
  handBack,
  reassign,
  resolve,
  stepAside,
  tellResident,
} from '../../tickets/member-work.store.ts'
import { readyAnswers } from '../../tickets/ready-answer.ts'
import type { Outcome, Words as ToResident } from '../../tickets/tickets.store.ts'
import {
  type ConsoleOptions,
  contextOf,
  onlyStaff,
  sendNotFound,
  sendPage,
  signedIn,
} from '../session.routes.tsx'
import type { ReadyTexts } from './actions.page.tsx'
import type { TicketPage } from './ticket.ts'
import { Lists, leftOf, TicketView } from './tickets.page.tsx'
import { findTicketPage, languageOf, listMine, listTeam, ticketOfFile } from './tickets.store.ts'

/** What the ticket pages need beside the rest: word to the workers, and the files. */
export type TicketsOptions = {
  readonly afterChange: (word: AfterCommit, openTickets: readonly string[]) => Promise<void>
  readonly findFile: (id: string) => Promise<StoredFile | undefined>
}

const hide = { hide: true } as const
const CodeParams = z.object({ code: z.string().max(20) })
/** Own words, a ready sentence, or both: the sentence stands first, in the resident's language. */
const Words = z
  .object({
    text: z.string().trim().max(3000).default(''),
    ready: z.union([z.literal(''), z.enum(readyAnswers)]).default(''),
  })
  .refine(({ text, ready }) => text !== '' || ready !== '', {
    path: ['text'],
    error: 'must not be empty when no ready sentence is chosen',
  })

/** A member's tickets, and one ticket with what can be done about it. */
export const tickets: FastifyPluginAsyncZod<ConsoleOptions & TicketsOptions> = async (
  app,
  options,
) => {
  app.addHook('preHandler', onlyStaff(options))
  const { db, office, now, afterChange, findFile, record } = options

  app.get('/console/tickets', { schema: hide }, async (request, reply) => {
    const staff = signedIn(request)
    const context = await contextOf(options, request, reply, staff)
    const [mine, team] = await Promise.all([listMine(db, staff), listTeam(db, staff)])
    return sendPage(
      reply,
      context,
      context.voice.say('console.mine'),
      <Lists context={context} mine={mine} team={team} now={now()} />,
    )
  })

  app.get(
    '/console/tickets/:code',
    {
      schema: {
        ...hide,
        params: CodeParams,
        querystring: z.object({ refused: z.string().max(40).optional() }),
      },
    },
    async (request, reply) => {
      const staff = signedIn(request)
      const context = await contextOf(options, request, reply, staff)
      const ticket = await findTicketPage(db, staff, request.params.code, new Date(now()))
      if (ticket === undefined) return sendNotFound(reply, context)
      await record.note(db, {
        ticketId: ticket.id,
        memberId: staff.id,
        role: staff.role,
        at: new Date(now()),
        how: ticket.openedUntil === undefined ? 'page' : 'outOfTurn',
      })
      const left = leftOf(ticket, await office(), now())
      const answers = answersIn(options, ticket)
      const content = (
        <TicketView
          context={context}
          ticket={ticket}
          left={left}
          answers={answers}
          now={now()}
          refused={request.query.refused}
        />
      )
      return sendPage(reply, context, ticket.code, content)
    },
  )

  const act = <Body,>(
    path: string,
    body: z.ZodType<Body>,
    work: (unit: UnitOfWork, memberId: string, code: string, body: Body) => Promise<Outcome>,
  ) =>
    app.post(
      `/console/tickets/:code/${path}`,
      { schema: { ...hide, params: CodeParams, body } },
      async (request, reply) => {
        const staff = signedIn(request)
        const { code } = request.params
        const { result, after } = await unitOfWork(db, await office(), now(), (each) =>
          work(each, staff.id, code, request.body as Body),
        )
        await afterChange(after, [])
        if (!result.ok)
          return reply.redirect(
            `/console/tickets/${encodeURIComponent(code)}?refused=${result.reason}`,
            303,
          )
        return reply.redirect(
          path === 'hand-back' || path === 'reassign'
            ? '/console/tickets'
            : `/console/tickets/${encodeURIComponent(code)}`,
          303,
        )
      },
    )
  act('accept', z.unknown(), (each, member, code) => accept(each, member, code))
  act('tell', Words, async (each, member, code, words) =>
    tellResident(each, member, code, await wordsFor(each, code, words)),
  )
  act('ask', Words, async (each, member, code, words) =>
    askResident(each, member, code, await wordsFor(each, code, words)),
  )
  act('resolve', Words, async (each, member, code, words) =>
    resolve(each, member, code, await wordsFor(each, code, words)),
  )
  act('hand-back', z.object({ reason: z.enum(waysToLetGo) }), (each, member, code, { reason }) =>
    reason === 'conflict' ? stepAside(each, member, code) : handBack(each, member, code, reason),
  )
  act('reassign', z.object({ member: z.uuid() }), (each, lead, code, { member }) =>
    reassign(each, lead, code, member),
  )

  async function wordsFor(
    { tx }: UnitOfWork,
    code: string,
    { text, ready }: z.output<typeof Words>,
  ): Promise<ToResident> {
    const language = (await languageOf(tx, code)) ?? ''
    const sentence =
      ready === ''
        ? ''
        : options.voices(isCatalogueLanguage(language) ? language : 'zh-Hans').say(`ready.${ready}`)
    return { text: [sentence, text].filter((part) => part !== '').join('\n'), files: [] }
  }

  app.post(
    '/console/duty',
    { schema: { ...hide, body: z.object({ onDuty: z.enum(['yes', 'no']) }) } },
    async (request, reply) => {
      const staff = signedIn(request)
      const { result, after } = await unitOfWork(db, await office(), now(), (work) =>
        setDuty(work, staff.id, request.body.onDuty === 'yes'),
      )
      await afterChange(after, result)
      return reply.redirect('/console/tickets', 303)
    },
  )

  app.post(
    '/console/leave',
    { schema: { ...hide, body: z.object({ days: z.coerce.number().int().min(1).max(99) }) } },
    async (request, reply) => {
      const staff = signedIn(request)
      const { result, after } = await unitOfWork(db, await office(), now(), (work) =>
        takeLeave(work, staff.id, request.body.days),
      )
      await afterChange(after, result)
      return reply.redirect('/console/tickets', 303)
    },
  )

  app.get(
    '/console/files/:id',
    { schema: { ...hide, params: z.object({ id: z.uuid() }) } },
    async (request, reply) => {
      const staff = signedIn(request)
      const ticketId = await ticketOfFile(db, staff, request.params.id, new Date(now()))
      if (ticketId !== undefined)
        await record.note(db, {
          ticketId,
          memberId: staff.id,
          role: staff.role,
          at: new Date(now()),
          how: 'file',
        })
      const file = ticketId === undefined ? undefined : await findFile(request.params.id)
      return file === undefined
        ? reply.callNotFound()
        : reply
            .type(file.contentType)
            .header('x-content-type-options', 'nosniff')
            .header('content-disposition', 'inline')
            .send(file.content)
    },
  )
}

/** Ready sentences as the resident will read them. */
function answersIn({ voices }: ConsoleOptions, { language }: TicketPage): ReadyTexts {
  const voice = voices(isCatalogueLanguage(language) ? language : 'zh-Hans')
  return {
    language: voice.language,
    texts: Object.fromEntries(readyAnswers.map((answer) => [answer, voice.say(`ready.${answer}`)])),
  }
}
