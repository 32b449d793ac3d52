import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { entryOf } from '../../categories/category.ts'
import { isCatalogueLanguage } from '../../language/catalogue.ts'
import type { Voice } from '../../language/render.ts'
import { targetOf } from '../../organisation/deadline.ts'
import type { Office } from '../../organisation/office.ts'
import { may } from '../../organisation/role.ts'
import { type UnitOfWork, unitOfWork } from '../../organisation/unit-of-work.store.ts'
import { workingTimeBetween } from '../../organisation/working-time.ts'
import type { AfterCommit } from '../../platform/after-commit.ts'
import type { StoredFile } from '../../platform/files/attachments.ts'
import { readReason } from '../../tickets/assignment-reason.ts'
import { waysToLetGo } from '../../tickets/hand-back.ts'
import {
  accept,
  askResident,
  handBack,
  reassign,
  resolve,
  setDuty,
  stepAside,
  takeLeave,
  tellResident,
} from '../../tickets/member-work.store.ts'
import { readyAnswers } from '../../tickets/ready-answer.ts'
import type { Outcome, Words as ToResident } from '../../tickets/tickets.store.ts'
import { Code, Csrf, type PageContext } from '../layout.page.tsx'
import {
  type ConsoleOptions,
  contextOf,
  onlyStaff,
  sendNotFound,
  sendPage,
  signedIn,
} from '../session.routes.tsx'
import {
  findTicketPage,
  type ListedTicket,
  languageOf,
  listMine,
  listTeam,
  type TicketPage,
  ticketOfFile,
} from './tickets.store.ts'

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
        <One
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
    work: (change: UnitOfWork, memberId: string, code: string, body: Body) => Promise<Outcome>,
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
      const { result, after } = await unitOfWork(db, await office(), now(), (each) =>
        setDuty(each, staff.id, request.body.onDuty === 'yes'),
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
      const { result, after } = await unitOfWork(db, await office(), now(), (each) =>
        takeLeave(each, staff.id, request.body.days),
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

function Lists({
  context: { voice, staff, csrf },
  mine,
  team,
  now,
}: {
  context: PageContext
  mine: readonly ListedTicket[]
  team: readonly ListedTicket[]
  now: number
}): VNode {
  const { say } = voice
  return (
    <>
      <form method="post" action="/console/duty" class="sheet">
        <Csrf token={csrf} />
        <b>{say(staff?.onDuty === true ? 'console.onDuty' : 'console.offDuty')}</b>{' '}
        <button type="submit" name="onDuty" value={staff?.onDuty === true ? 'no' : 'yes'}>
          {say(staff?.onDuty === true ? 'console.goOffDuty' : 'console.goOnDuty')}
        </button>
      </form>
      <form method="post" action="/console/leave" class="sheet">
        <Csrf token={csrf} />
        <label for="days">{say('console.leave')}</label>{' '}
        <input id="days" name="days" type="number" min={1} max={99} required inputMode="numeric" />{' '}
        <button type="submit">{say('console.takeLeave')}</button>
      </form>
      <div id="live">
        <h1>{say('console.mine')}</h1>
        <List voice={voice} tickets={mine} now={now} />
        {staff !== undefined && may(staff, 'leadTeam') && (
          <>
            <h2>{say('console.team')}</h2>
            <List voice={voice} tickets={team} now={now} />
          </>
        )}
      </div>
    </>
  )
}

function List({
  voice,
  tickets: shown,
  now,
}: {
  voice: Voice
  tickets: readonly ListedTicket[]
  now: number
}): VNode {
  if (shown.length === 0) return <p class="quiet">{voice.say('console.none')}</p>
  return (
    <>
      {shown.map((ticket) => (
        <a key={ticket.code} class="ticket" href={`/console/tickets/${ticket.code}`}>
          <b>
            <span aria-hidden="true">{entryOf(ticket.category).emblem}</span>{' '}
            {voice.say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>
          </b>
          <span class="meta">
            <Code>{ticket.code}</Code> · {voice.say(`status.${ticket.status}`)} ·{' '}
            <Due voice={voice} ticket={ticket} now={now} />
          </span>
        </a>
      ))}
    </>
  )
}

function Due({ voice, ticket, now }: { voice: Voice; ticket: ListedTicket; now: number }): VNode {
  const isLate = ticket.status !== 'resolved' && ticket.dueAt.getTime() < now
  return (
    <>
      {voice.say('console.due')}: <bdi>{voice.moment(ticket.dueAt.getTime())}</bdi>{' '}
      {isLate && <span class="overdue">{voice.say('console.overdue')}</span>}
    </>
  )
}

/**
 * How much time is left until the deadline; nothing when there is none to keep, or when it stands
 * still.
 */
function leftOf(
  ticket: TicketPage,
  { calendar, targets }: Office,
  now: number,
): { readonly ms: number; readonly byTheClock: boolean } | undefined {
  if (
    ticket.waitsForResident ||
    !['open', 'assigned', 'accepted'].includes(ticket.status) ||
    ticket.dueAt.getTime() <= now
  )
    return undefined
  const { byTheClock } = targetOf(ticket.category, ticket.priority, targets)
  const due = ticket.dueAt.getTime()
  return { ms: byTheClock ? due - now : workingTimeBetween(now, due, calendar), byTheClock }
}

/** Ready sentences as the resident will read them. */
function answersIn({ voices }: ConsoleOptions, { language }: TicketPage): ReadyTexts {
  const voice = voices(isCatalogueLanguage(language) ? language : 'zh-Hans')
  return {
    language: voice.language,
    texts: Object.fromEntries(readyAnswers.map((answer) => [answer, voice.say(`ready.${answer}`)])),
  }
}

type ReadyTexts = { readonly language: string; readonly texts: Readonly<Record<string, string>> }

function One({
  context,
  ticket,
  left,
  answers,
  now,
  refused,
}: {
  context: PageContext
  ticket: TicketPage
  left: ReturnType<typeof leftOf>
  answers: ReadyTexts
  now: number
  refused: string | undefined
}): VNode {
  const { voice } = context
  const { say } = voice
  return (
    <>
      <h1>
        <span aria-hidden="true">{entryOf(ticket.category).emblem}</span>{' '}
        {say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>
      </h1>
      <p class="meta">
        <Code>{ticket.code}</Code> · {say(`status.${ticket.status}`)} ·{' '}
        <Due voice={voice} ticket={ticket} now={now} />
        {left !== undefined &&
          ` · ${say(left.byTheClock ? 'console.leftByTheClock' : 'console.left', { time: { text: voice.workingTime(left.ms) } })}`}
        {ticket.waitsForResident && ` · ${say('console.standsStill')}`}
      </p>
      {ticket.openedUntil !== undefined && (
        <p class="sheet refused">
          {say('breakGlass.notice', { at: { at: ticket.openedUntil.getTime() } })}
        </p>
      )}
      {ticket.priority === 'danger' && <p class="sheet refused">{say('card.urgent')}</p>}
      {refused !== undefined && (
        <p class="sheet refused">
          {say('console.refused', { reason: { text: refusalText(voice, refused, ticket.code) } })}
        </p>
      )}
      {ticket.residentUnreachable && <p class="sheet refused">{say('card.unreachable')}</p>}
      <div class="sheet">
        {ticket.messages.map((message, index) => (
          <div key={index} class={`message ${message.by}`} dir="auto">
            {message.text}
            {message.files.map((file) =>
              file.kind === 'photo' ? (
                <img key={file.id} src={`/console/files/${file.id}`} alt={say('console.file')} />
              ) : (
                <audio
                  key={file.id}
                  controls
                  preload="none"
                  src={`/console/files/${file.id}`}
                  aria-label={say('console.file')}
                />
              ),
            )}
          </div>
        ))}
      </div>
      {ticket.isMine && <Actions context={context} ticket={ticket} answers={answers} />}
      <GiveTo context={context} ticket={ticket} />
      <h2>{say('console.why')}</h2>
      {readReason(voice, ticket.reason).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <h2>{say('console.history')}</h2>
      <ol>
        {ticket.events.map((event, index) => (
          <li key={index}>
            {say(`event.${event.type}` as 'event.opened')} —{' '}
            <bdi>{voice.moment(event.at.getTime())}</bdi>
          </li>
        ))}
      </ol>
    </>
  )
}

function Actions({
  context: { voice, csrf },
  ticket,
  answers,
}: {
  context: PageContext
  ticket: TicketPage
  answers: ReadyTexts
}): VNode {
  const { say } = voice
  const to = (path: string) => `/console/tickets/${ticket.code}/${path}`
  return (
    <div class="actions">
      {ticket.status === 'assigned' && (
        <form method="post" action={to('accept')} class="sheet">
          <Csrf token={csrf} />
          <button type="submit" class="main">
            {say('button.accept')}
          </button>
        </form>
      )}
      {ticket.status === 'accepted' && (
        <form method="post" action={to('resolve')} class="sheet">
          <Csrf token={csrf} />
          <label for="words">{say('console.toResident')}</label>
          <textarea id="words" name="text" maxLength={3000} dir="auto" />
          <label for="ready">{say('console.ready')}</label>
          <select id="ready" name="ready" lang={answers.language} dir="auto">
            <option value="">–</option>
            {Object.entries(answers.texts).map(([answer, text]) => (
              <option key={answer} value={answer}>
                {text}
              </option>
            ))}
          </select>
          <div>
            <button type="submit" class="main">
              {say('button.resolve')}
            </button>{' '}
            <button type="submit" formAction={to('ask')}>
              {say('button.ask')}
            </button>{' '}
            <button type="submit" formAction={to('tell')}>
              {say('button.tell')}
            </button>
          </div>
        </form>
      )}
      {(ticket.status === 'assigned' || ticket.status === 'accepted') && (
        <form method="post" action={to('hand-back')} class="sheet">
          <Csrf token={csrf} />
          <label for="reason">{say('console.reason')}</label>
          <select id="reason" name="reason">
            {waysToLetGo.map((reason) => (
              <option key={reason} value={reason}>
                {say(`handBack.${reason}`)}
              </option>
            ))}
          </select>
          <button type="submit">{say('button.handBack')}</button>
        </form>
      )}
    </div>
  )
}

/** For a lead: the members of the team who may get the ticket by hand. */
function GiveTo({
  context: { voice, csrf },
  ticket,
}: {
  context: PageContext
  ticket: TicketPage
}): VNode | null {
  if (ticket.mayGiveTo.length === 0) return null
  return (
    <div class="actions">
      <form method="post" action={`/console/tickets/${ticket.code}/reassign`} class="sheet">
        <Csrf token={csrf} />
        <label for="member">{voice.say('console.giveTo')}</label>
        <select id="member" name="member">
          {ticket.mayGiveTo.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <button type="submit">{voice.say('console.giveTo')}</button>
      </form>
    </div>
  )
}

const refusals = [
  'alreadyTaken',
  'notAccepted',
  'notResolved',
  'alreadyResolved',
  'alreadyOver',
  'alreadyOpened',
  'nobodyHasIt',
  'notClosed',
  'notYours',
  'notOfTheTeam',
  'tooLateForWrongAddress',
  'heldLink',
  'heldNumber',
  'heldPapers',
] as const

function refusalText(voice: Voice, reason: string, code: string): string {
  const known = refusals.find((each) => each === reason)
  return voice.say(known === undefined ? 'console.notFound' : `refused.${known}`, {
    code: { code },
  })
}
