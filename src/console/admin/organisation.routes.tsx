import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { renderToString } from 'preact-render-to-string'
import { z } from 'zod'
import type { Voice } from '../../language/render.ts'
import { renderPage } from '../layout.page.tsx'
import { type ConsoleOptions, onlyWho, sendPage, viewer } from '../session.routes.tsx'
import type { Named } from './fields.page.tsx'
import type { TableShape } from './organisation.page.tsx'
import {
  type Cells,
  Done,
  type ImportResult,
  nameOf,
  Overview,
  Preview,
  Progress,
} from './organisation.page.tsx'
import { posterPage } from './poster.page.tsx'
import { Edit, Rows } from './rows.page.tsx'

/** What the pages of the organisation need: its tables to read, and one way to change them. */
export type OrganisationOptions = {
  readonly organisation: {
    readonly tables: readonly TableShape[]
    /** The rows of a table that another one's cells may name; `undefined` where they are many. */
    readonly named: (table: string) => Promise<readonly Named[] | undefined>
    /** Rows whose key or name begins like this, or holds it; at most some. */
    readonly find: (table: string, text: string) => Promise<readonly Cells[]>
    /** Says what a file would do, and keeps it so that it can be imported as it was looked at. */
    readonly check: (
      content: Buffer,
      memberId: string,
      voice: Voice,
    ) => Promise<{ readonly result: ImportResult; readonly draft: string }>
    readonly importDraft: (
      draft: string,
      memberId: string,
      voice: Voice,
      progress: (done: number, of: number) => void,
    ) => Promise<ImportResult>
    readonly importRow: (table: string, cells: Cells, voice: Voice) => Promise<ImportResult>
    readonly exportCsv: (table: string) => Promise<string>
    readonly exportWorkbook: () => Promise<Buffer>
    /** What stands on a village's poster; `undefined` where there is no such village. */
    readonly poster: (
      village: string,
    ) => Promise<
      | { readonly names: Readonly<Record<string, string>>; readonly entrances: readonly string[] }
      | undefined
    >
  }
}

const mostBytes = 20 * 1024 * 1024
const hide = { hide: true } as const
/** A cell that holds several comes once for each of them. */
const Cell = z.string().max(2000)
const Fields = z.record(z.string(), z.union([Cell, z.array(Cell).max(40)]))
const Table = z.object({ table: z.string().max(20) })

/**
 * For an administrator: places, teams, members, rosters, deadlines and the calendar, by hand or by
 * a file.
 */
export const organisationPages: FastifyPluginAsyncZod<
  ConsoleOptions & OrganisationOptions
> = async (app, options) => {
  app.addHook('preHandler', onlyWho(options, 'administer'))
  const { organisation } = options
  await app.register(multipart, { limits: { fileSize: mostBytes, files: 1, fields: 5 } })
  const tableOf = (name: string) => organisation.tables.find((table) => table.name === name)

  /** For each column that names rows of a table, those rows. */
  const knownTo = async ({ columns }: TableShape) =>
    new Map(
      await Promise.all(
        columns.flatMap(({ name, refersTo }) =>
          refersTo === undefined
            ? []
            : [organisation.named(refersTo).then((rows) => [name, rows] as const)],
        ),
      ),
    )

  app.get('/console/admin/organisation', { schema: hide }, async (request, reply) => {
    const seen = await viewer(options, request, reply)
    return sendPage(
      reply,
      seen.context,
      seen.context.voice.say('organisation.title'),
      <Overview context={seen.context} tables={organisation.tables} />,
    )
  })

  app.post(
    '/console/admin/organisation/check',
    { schema: hide, bodyLimit: mostBytes + 1_000_000 },
    async (request, reply) => {
      const seen = await viewer(options, request, reply)
      const { context, staff } = seen
      const content = await readUpload(request)
      const checked =
        content === undefined
          ? {
              result: { ok: false as const, wrong: [context.voice.say('import.noFile')] },
              draft: '',
            }
          : await organisation.check(content, staff.id, context.voice)
      return sendPage(
        reply.code(checked.result.ok ? 200 : 400),
        context,
        context.voice.say('organisation.title'),
        <Preview context={context} result={checked.result} draft={checked.draft} />,
      )
    },
  )

  app.post(
    '/console/admin/organisation/import',
    { schema: { ...hide, body: z.object({ draft: z.uuid() }) } },
    async (request, reply) => {
      const seen = await viewer(options, request, reply)
      const { context, staff } = seen
      // The page grows while the rows are written, so that anyone who waits sees how far it is; no
      // script is needed.
      const [before = '', after = ''] = renderPage(
        context,
        context.voice.say('organisation.title'),
        <p>{growsHere}</p>,
      ).split(growsHere)
      reply.hijack()
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/html; charset=utf-8',
      })
      reply.raw.write(before)
      const result = await organisation
        .importDraft(request.body.draft, staff.id, context.voice, (done, of) =>
          reply.raw.write(renderToString(<Progress voice={context.voice} done={done} of={of} />)),
        )
        .catch((error: unknown) => {
          request.log.error(
            { reason: error instanceof Error ? error.name : 'unknown' },
            'an import failed',
          )
          return { ok: false as const, wrong: [context.voice.say('import.failed')] }
        })
      reply.raw.end(renderToString(<Done voice={context.voice} result={result} />) + after)
      return reply
    },
  )

  app.get('/console/admin/organisation/export.xlsx', { schema: hide }, async (_, reply) => {
    return reply
      .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
      .header('content-disposition', 'attachment; filename="organisation.xlsx"')
      .send(await organisation.exportWorkbook())
  })

  app.get(
    '/console/admin/organisation/:table.csv',
    { schema: { ...hide, params: Table } },
    async (request, reply) => {
      if (tableOf(request.params.table) === undefined) return reply.callNotFound()
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${request.params.table}.csv"`)
        .send(await organisation.exportCsv(request.params.table))
    },
  )

  app.get(
    '/console/admin/organisation/:table',
    {
      schema: {
        ...hide,
        params: Table,
        querystring: z.object({ find: z.string().max(100).default('') }),
      },
    },
    async (request, reply) => {
      const seen = await viewer(options, request, reply)
      const table = tableOf(request.params.table)
      if (table === undefined) return reply.callNotFound()
      const { find } = request.query
      const rows = await organisation.find(table.name, find)
      return sendPage(
        reply,
        seen.context,
        nameOf(seen.context.voice, table.name),
        <Rows context={seen.context} table={table} rows={rows} find={find} />,
      )
    },
  )

  app.get(
    '/console/admin/organisation/:table/edit',
    { schema: { ...hide, params: Table, querystring: z.record(z.string(), z.string().max(200)) } },
    async (request, reply) => {
      const seen = await viewer(options, request, reply)
      const table = tableOf(request.params.table)
      if (table === undefined) return reply.callNotFound()
      const key = table.key.map((column) => request.query[column] ?? '').join(' ')
      const row =
        (await organisation.find(table.name, key)).find(
          (each) => table.key.map((column) => each[column]).join(' ') === key,
        ) ?? {}
      return sendPage(
        reply,
        seen.context,
        nameOf(seen.context.voice, table.name),
        <Edit context={seen.context} table={table} cells={row} known={await knownTo(table)} />,
      )
    },
  )

  app.post(
    '/console/admin/organisation/:table',
    { schema: { ...hide, params: Table, body: Fields } },
    async (request, reply) => {
      const seen = await viewer(options, request, reply)
      const table = tableOf(request.params.table)
      if (table === undefined) return reply.callNotFound()
      const cells = Object.fromEntries(
        table.columns.map(({ name }) => [name, oneText(request.body[name])]),
      )
      const result = await organisation.importRow(table.name, cells, seen.context.voice)
      if (result.ok)
        return reply.redirect(
          `/console/admin/organisation/${table.name}?find=${encodeURIComponent(cells[table.key[0] ?? ''] ?? '')}`,
          303,
        )
      const content = (
        <Edit
          context={seen.context}
          table={table}
          cells={cells}
          known={await knownTo(table)}
          wrong={result.wrong}
        />
      )
      return sendPage(
        reply.code(400),
        seen.context,
        nameOf(seen.context.voice, table.name),
        content,
      )
    },
  )

  app.get(
    '/console/admin/posters/:village',
    { schema: { ...hide, params: z.object({ village: z.string().max(60) }) } },
    async (request, reply) => {
      const seen = await viewer(options, request, reply)
      const poster = await organisation.poster(request.params.village)
      if (poster === undefined) return reply.callNotFound()
      const { language, say } = seen.context.voice
      const hint = { text: say('poster.print'), language }
      return reply.type('text/html').send(
        await posterPage(poster.names, poster.entrances, {
          trackedAt: `${options.publicUrl}/t`,
          voices: options.voices,
          style: { href: '/console/poster.css' },
          hint,
        }),
      )
    },
  )
}

/** What a form has sent of a cell: several come one by one. */
function oneText(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'object' ? sent.filter((each) => each !== '').join(' ') : (sent ?? '')
}

const growsHere = '\u{E000}'

/** The one file of a form, whatever its name. */
async function readUpload(request: FastifyRequest): Promise<Buffer | undefined> {
  if (!request.isMultipart()) return undefined
  const file = await request.file()
  const content = await file?.toBuffer()
  return content === undefined || content.length === 0 ? undefined : content
}
