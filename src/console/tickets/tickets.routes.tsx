import multipart from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { categories } from '../../categories/category.ts'
import { isCatalogueLanguage } from '../../language/catalogue.ts'
import { detect } from '../../language/detect.ts'
import type { Voice } from '../../language/render.ts'
import {
  sharesLanguage,
  type WrittenLanguage,
  writtenLanguages,
} from '../../language/written-language.ts'
import { type UnitOfWork, unitOfWork } from '../../organisation/unit-of-work.store.ts'
import type { AfterCommit } from '../../platform/after-commit.ts'
import type { Turn } from '../../platform/fair-queue.ts'
import { mostBytes } from '../../platform/files/attachments.ts'
import type { StoredFile } from '../../platform/files/file-kind.ts'
import { leavingOf } from '../../platform/quotas/hook.ts'
import { setDuty } from '../../tickets/duty.store.ts'
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
import { mostOfANote } from '../../tickets/note.ts'
import { writeNote } from '../../tickets/notes.store.ts'
import { readyAnswers } from '../../tickets/ready-answer.ts'
import type { Outcome } from '../../tickets/tickets.store.ts'
import {
  type ConsoleOptions,
  onlyStaff,
  sendNotFound,
  sendPage,
  signedIn,
  viewer,
} from '../session.routes.tsx'
import { type Draft, NotSent, type ReadyTexts, ways } from './actions.page.tsx'
import { groups } from './groups.ts'
import { Lists } from './lists.page.tsx'
import type { TicketPage } from './ticket.ts'
import { leftOf, refusalText, TicketView } from './tickets.page.tsx'
import {
  findTicketPage,
  findTicketVersion,
  languageOf,
  listClosed,
  listMine,
  listTeam,
  ticketOfFile,
} from './tickets.store.ts'

/** What the ticket pages need beside the rest: word to the workers, and the files. */
export type TicketsOptions = {
  readonly afterChange: (word: AfterCommit, openTickets: readonly string[]) => Promise<void>
  readonly findFile: (id: string) => Promise<StoredFile | undefined>
  readonly keepPhoto: (content: Buffer, turn: Turn) => Promise<string | undefined>
}

const hide = { hide: true } as const
const CodeParams = z.object({ code: z.string().max(20) })
/** Own words, a ready sentence, or both: the sentence stands first, in the resident's language. */
const Words = z.object({
  text: z.string().trim().max(3000).default(''),
  ready: z.union([z.literal(''), z.enum(readyAnswers)]).default(''),
  /** Sent although it is in another language than the resident's. */
  anyway: z.string().max(3).default(''),
})
const ListQuery = z.object({
  list: z.enum(['mine', 'team', 'closed']).default('mine'),
  group: z.union([z.literal(''), z.enum(groups)]).optional(),
  category: z.union([z.literal(''), z.enum(categories)]).optional(),
  page: z.coerce.number().int().min(1).max(100).default(1),
})
/** How many photos may go with an answer. */
const mostPhotos = 5

/** A member's tickets, and one ticket with what can be done about it. */
export const tickets: FastifyPluginAsyncZod<ConsoleOptions & TicketsOptions> = async (
  app,
  options,
) => {
  app.addHook('preHandler', onlyStaff(options))
  await app.register(multipart, {
    limits: { fileSize: mostBytes, files: mostPhotos, fields: 10, fieldSize: 20_000 },
  })
  const { db, office, now, afterChange, findFile, keepPhoto, record } = options

  app.get(
    '/console/tickets',
    { schema: { ...hide, querystring: ListQuery } },
    async (request, reply) => {
      const { staff, context } = await viewer(options, request, reply)
      const { group, category, ...rest } = request.query
      const asked = { ...rest, group: group || undefined, category: category || undefined }
      const listed = {
        mine: () => listMine(db, staff),
        team: () => listTeam(db, staff),
        closed: () => listClosed(db, staff, new Date(now())),
      }
      return sendPage(
        reply,
        context,
        context.voice.say('console.mine'),
        <Lists context={context} asked={asked} tickets={await listed[asked.list]()} now={now()} />,
      )
    },
  )

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
      return showTicket(request, reply, request.params.code, { refused: request.query.refused })
    },
  )

  app.get(
    '/console/tickets/:code/version',
    { schema: { ...hide, params: CodeParams } },
    async (request, reply) => {
      const { staff, context } = await viewer(options, request, reply)
      const version = await findTicketVersion(db, staff, request.params.code, new Date(now()))
      return version === undefined
        ? sendNotFound(reply, context)
        : reply.type('text/plain').header('cache-control', 'no-store').send(version)
    },
  )

  /** Shows a ticket, which is noted, with what was refused or not sent. */
  async function showTicket(
    request: FastifyRequest,
    reply: FastifyReply,
    code: string,
    { refused, draft }: { readonly refused?: string | undefined; readonly draft?: Draft },
  ): Promise<FastifyReply> {
    const { staff, context } = await viewer(options, request, reply)
    const ticket = await findTicketPage(db, staff, code, new Date(now()))
    if (ticket === undefined)
      return draft === undefined
        ? sendNotFound(reply, context)
        : sendPage(reply.code(404), context, '404', <NotSent draft={draft} />)
    await record.note(db, {
      ticketId: ticket.id,
      memberId: staff.id,
      role: staff.role,
      at: new Date(now()),
      how: ticket.openedUntil === undefined ? 'page' : 'outOfTurn',
    })
    const content = (
      <TicketView
        context={context}
        ticket={ticket}
        left={leftOf(ticket, await office(), now())}
        answers={answersIn(options, ticket)}
        now={now()}
        refused={refused}
        draft={draft}
      />
    )
    return sendPage(draft === undefined ? reply : reply.code(422), context, ticket.code, content)
  }

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
  const doing = { tell: tellResident, ask: askResident, resolve } as const
  for (const way of ways)
    app.post(
      `/console/tickets/:code/${way}`,
      { schema: { ...hide, params: CodeParams }, bodyLimit: mostBytes },
      async (request, reply) => {
        const { staff, context } = await viewer(options, request, reply)
        const { voice } = context
        const { code } = request.params
        const form = await readForm(request)
        const parsed = Words.safeParse(form.fields)
        const again = (why: string, maySend = false) =>
          showTicket(request, reply, code, {
            draft: { way, ...draftOf(form.fields), why, maySend },
          })
        if (!parsed.success) return again(voice.say('act.nothingWritten'))
        const words = parsed.data
        if (words.text === '' && words.ready === '' && form.photos.length === 0)
          return again(voice.say('act.nothingWritten'))
        const language = (await languageOf(db, code)) ?? ''
        const other = otherLanguage(words.text, language)
        if (other !== undefined && words.anyway === '')
          return again(
            voice.say('act.otherLanguage', {
              written: { key: `tongue.${other.written}` },
              language: { key: `tongue.${other.language}` },
            }),
            true,
          )
        const files: string[] = []
        for (const photo of form.photos) {
          const kept = await keepPhoto(photo, { of: staff.id, signal: leavingOf(reply) })
          if (kept === undefined) return again(voice.say('act.photoRefused'))
          files.push(kept)
        }
        const { result, after } = await unitOfWork(db, await office(), now(), (each) =>
          doing[way](each, staff.id, code, { text: sentencesOf(words, language), files }),
        )
        await afterChange(after, [])
        if (result.ok) return reply.redirect(`/console/tickets/${encodeURIComponent(code)}`, 303)
        return again(
          voice.say('console.refused', {
            reason: { text: refusalText(voice, result.reason, code) },
          }),
        )
      },
    )
  app.post(
    '/console/tickets/:code/note',
    {
      schema: {
        ...hide,
        params: CodeParams,
        body: z.object({ text: z.string().trim().min(1).max(mostOfANote) }),
      },
    },
    async (request, reply) => {
      const { staff, context } = await viewer(options, request, reply)
      const { code } = request.params
      const ticket = await findTicketPage(db, staff, code, new Date(now()))
      if (ticket?.mayNote !== true) return sendNotFound(reply, context)
      await unitOfWork(db, await office(), now(), (work) =>
        writeNote(work, ticket.id, staff.id, request.body.text),
      )
      return reply.redirect(`/console/tickets/${encodeURIComponent(code)}`, 303)
    },
  )
  act('hand-back', z.object({ reason: z.enum(waysToLetGo) }), (each, member, code, { reason }) =>
    reason === 'conflict' ? stepAside(each, member, code) : handBack(each, member, code, reason),
  )
  act('reassign', z.object({ member: z.uuid() }), (each, lead, code, { member }) =>
    reassign(each, lead, code, member),
  )

  /** The ready sentence in the resident's language, then what was written. */
  function sentencesOf({ text, ready }: z.output<typeof Words>, language: string): string {
    const sentence = ready === '' ? '' : residentVoice(options, language).say(`ready.${ready}`)
    return [sentence, text].filter((part) => part !== '').join('\n')
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

/** The words of a resident's language. */
function residentVoice({ voices }: ConsoleOptions, language: string): Voice {
  return voices(isCatalogueLanguage(language) ? language : 'zh-Hans')
}

/** Ready sentences as the resident will read them. */
function answersIn(options: ConsoleOptions, { language }: TicketPage): ReadyTexts {
  const voice = residentVoice(options, language)
  return {
    language: voice.language,
    texts: Object.fromEntries(readyAnswers.map((answer) => [answer, voice.say(`ready.${answer}`)])),
  }
}

/** A form's fields and photos, whichever way it was sent. */
async function readForm(request: FastifyRequest): Promise<{
  readonly fields: Readonly<Record<string, unknown>>
  readonly photos: readonly Buffer[]
}> {
  if (!request.isMultipart())
    return { fields: (request.body ?? {}) as Record<string, unknown>, photos: [] }
  const fields: Record<string, unknown> = {}
  const photos: Buffer[] = []
  for await (const part of request.parts()) {
    if (part.type === 'field') fields[part.fieldname] = part.value
    else {
      const photo = await part.toBuffer()
      // A browser sends the field also where nothing was chosen.
      if (photo.length > 0) photos.push(photo)
    }
  }
  return { fields, photos }
}

/** What was written, as far as it is text: it stands in the form again. */
function draftOf({ text, ready }: Readonly<Record<string, unknown>>) {
  return {
    text: typeof text === 'string' ? text : '',
    ready: typeof ready === 'string' ? ready : '',
  }
}

/** How sure it must be what words are written in, before their writer is asked. */
const leastConfidence = 0.8

/** In what language words are, where it is surely another than the resident's. */
function otherLanguage(
  text: string,
  resident: string,
): { readonly written: WrittenLanguage; readonly language: WrittenLanguage } | undefined {
  const language = writtenLanguages.find((each) => each === resident)
  const { tag, confidence } = detect(text)
  return language === undefined ||
    tag === 'und' ||
    confidence < leastConfidence ||
    sharesLanguage(tag, language)
    ? undefined
    : { written: tag, language }
}
