import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { z } from 'zod'
import type { Voice } from '../../language/render.ts'
import { Code, Csrf, type PageContext, renderPage } from '../layout.page.tsx'
import { type ConsoleOptions, onlyWho, sendPage, viewer } from '../session.routes.tsx'
import { posterPage } from './poster.page.tsx'

/**
 * A table's cells in words. What they hold and how they are written is the import's business, not
 * the page's.
 */
type Cells = Readonly<Record<string, string>>
type ShownEffect = {
  readonly table: string
  readonly row: number | undefined
  readonly key: string
  readonly does: 'new' | 'changed' | 'same' | 'gone'
  readonly changes: readonly {
    readonly column: string
    readonly from: string
    readonly to: string
  }[]
}
/** What became of an import, or would: its rows, or what is wrong in the reader's words. */
export type ImportResult =
  | { readonly ok: true; readonly effects: readonly ShownEffect[] }
  | { readonly ok: false; readonly wrong: readonly string[] }

/** What the pages of the organisation need: its tables to read, and one way to change them. */
export type OrganisationOptions = {
  readonly organisation: {
    readonly tables: readonly {
      readonly name: string
      readonly columns: readonly string[]
      readonly key: readonly string[]
    }[]
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
const mostShown = 200
const hide = { hide: true } as const
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
      // The page grows while the rows are written, so that whoever waits sees how far it is; no
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
        <Edit context={seen.context} table={table} cells={row} />,
      )
    },
  )

  app.post(
    '/console/admin/organisation/:table',
    { schema: { ...hide, params: Table, body: z.record(z.string(), z.string().max(2000)) } },
    async (request, reply) => {
      const seen = await viewer(options, request, reply)
      const table = tableOf(request.params.table)
      if (table === undefined) return reply.callNotFound()
      const cells = Object.fromEntries(
        table.columns.map((column) => [column, request.body[column] ?? '']),
      )
      const result = await organisation.importRow(table.name, cells, seen.context.voice)
      if (result.ok)
        return reply.redirect(
          `/console/admin/organisation/${table.name}?find=${encodeURIComponent(cells[table.key[0] ?? ''] ?? '')}`,
          303,
        )
      const content = (
        <Edit context={seen.context} table={table} cells={cells} wrong={result.wrong} />
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
          voices: options.voices,
          style: { href: '/console/poster.css' },
          hint,
        }),
      )
    },
  )
}

const growsHere = '\u{E000}'

/** The one file of a form, whatever its name. */
async function readUpload(request: FastifyRequest): Promise<Buffer | undefined> {
  if (!request.isMultipart()) return undefined
  const file = await request.file()
  const content = await file?.toBuffer()
  return content === undefined || content.length === 0 ? undefined : content
}

function nameOf({ say }: Voice, table: string): string {
  const known = (['places', 'teams', 'members', 'roster', 'deadlines', 'calendar'] as const).find(
    (each) => each === table,
  )
  return known === undefined ? table : say(`organisation.${known}`)
}

type TableShape = OrganisationOptions['organisation']['tables'][number]

function Overview({
  context: { voice, csrf },
  tables,
}: {
  context: PageContext
  tables: readonly TableShape[]
}): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say('organisation.title')}</h1>
      {tables.map(({ name }) => (
        <p key={name} class="sheet row">
          <a href={`/console/admin/organisation/${name}`}>{nameOf(voice, name)}</a>
          <a
            href={`/console/admin/organisation/${name}.csv`}
            aria-label={`${nameOf(voice, name)}: CSV`}
          >
            CSV
          </a>
        </p>
      ))}
      <p>
        {say('organisation.exportAll')} <a href="/console/admin/organisation/export.xlsx">XLSX</a>
      </p>
      <h2>{say('import.title')}</h2>
      <p class="quiet">{say('import.about')}</p>
      <form
        method="post"
        action={`/console/admin/organisation/check?_csrf=${encodeURIComponent(csrf)}`}
        encType="multipart/form-data"
        class="sheet fields"
      >
        <label>
          <span>{say('import.file')}</span>
          <input type="file" name="file" required accept=".csv,.xlsx" />
        </label>
        <button type="submit" class="main">
          {say('import.check')}
        </button>
      </form>
    </>
  )
}

function Preview({
  context: { voice, csrf },
  result,
  draft,
}: {
  context: PageContext
  result: ImportResult
  draft: string
}): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say('import.title')}</h1>
      <Result voice={voice} result={result} />
      {result.ok && result.effects.some(({ does }) => does !== 'same') && (
        <form method="post" action="/console/admin/organisation/import" class="sheet">
          <Csrf token={csrf} />
          <input type="hidden" name="draft" value={draft} />
          <button type="submit" class="main">
            {say('import.apply')}
          </button>
        </form>
      )}
      <p>
        <a href="/console/admin/organisation">{say('organisation.title')}</a>
      </p>
    </>
  )
}

function Result({ voice, result }: { voice: Voice; result: ImportResult }): VNode {
  const { say } = voice
  if (!result.ok)
    return (
      <div class="sheet refused" role="alert">
        <p>{say('import.nothingChanged')}</p>
        <ul>
          {result.wrong.slice(0, mostShown).map((wrong) => (
            <li key={wrong} dir="auto">
              {wrong}
            </li>
          ))}
        </ul>
      </div>
    )
  const count = (does: ShownEffect['does']) =>
    result.effects.filter((effect) => effect.does === does).length
  const shown = result.effects.filter(({ does }) => does !== 'same')
  return (
    <>
      <p class="sheet" role="status">
        {say('import.counts', {
          added: { count: count('new') },
          changed: { count: count('changed') },
          gone: { count: count('gone') },
          same: { count: count('same') },
        })}
      </p>
      {shown.length > 0 && (
        <div class="sheet wide">
          <table>
            <thead>
              <tr>
                <th scope="col">{say('import.row')}</th>
                <th scope="col">{say('import.what')}</th>
                <th scope="col">{say('import.effect')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, mostShown).map((effect) => (
                <tr key={`${effect.table} ${effect.key}`}>
                  <td>{effect.row ?? '–'}</td>
                  <th scope="row">
                    {nameOf(voice, effect.table)} <Code>{effect.key}</Code>
                  </th>
                  <td>
                    {say(`import.does.${effect.does}`)}
                    {effect.changes.map(({ column, from, to }) => (
                      <div key={column} class="meta">
                        <Code>{column}</Code>: <bdi>{from === '' ? '–' : from}</bdi> →{' '}
                        <bdi>{to === '' ? '–' : to}</bdi>
                      </div>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {shown.length > mostShown && (
            <p class="quiet">
              {say('import.more', { count: { count: shown.length - mostShown } })}
            </p>
          )}
        </div>
      )}
    </>
  )
}

function Progress({ voice: { say }, done, of }: { voice: Voice; done: number; of: number }): VNode {
  return (
    <p class="quiet">
      <progress value={done} max={of} aria-label={say('import.title')} />{' '}
      {say('import.progress', { done: { text: String(done) }, of: { text: String(of) } })}
    </p>
  )
}

function Done({ voice, result }: { voice: Voice; result: ImportResult }): VNode {
  return (
    <>
      <h1>{voice.say(result.ok ? 'import.done' : 'import.title')}</h1>
      <Result voice={voice} result={result} />
      <p>
        <a href="/console/admin/organisation">{voice.say('organisation.title')}</a>
      </p>
    </>
  )
}

function Rows({
  context: { voice },
  table,
  rows,
  find,
}: {
  context: PageContext
  table: TableShape
  rows: readonly Cells[]
  find: string
}): VNode {
  const { say } = voice
  const address = (cells: Cells) =>
    `/console/admin/organisation/${table.name}/edit?${new URLSearchParams(table.key.map((column) => [column, cells[column] ?? '']))}`
  return (
    <>
      <h1>{nameOf(voice, table.name)}</h1>
      <form method="get" class="sheet filter">
        <label>
          <span class="quiet">{say('organisation.find')}</span>
          <input name="find" value={find} maxLength={100} dir="auto" />
        </label>
        <button type="submit">{say('supervise.show')}</button>
        <a href={`/console/admin/organisation/${table.name}/edit`}>{say('organisation.add')}</a>
      </form>
      <div class="sheet wide">
        <table class="dense">
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column} scope="col">
                  <Code>{column}</Code>
                </th>
              ))}
              {table.name === 'places' && <td />}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells) => (
              <tr key={table.key.map((column) => cells[column]).join(' ')}>
                {table.columns.map((column, index) =>
                  index === 0 ? (
                    <th key={column} scope="row">
                      <a href={address(cells)}>
                        <bdi>{cells[column]}</bdi>
                      </a>
                    </th>
                  ) : (
                    <td key={column}>
                      <bdi>{cells[column]}</bdi>
                    </td>
                  ),
                )}
                {table.name === 'places' && (
                  <td>
                    {['village', 'community', 'park'].includes(cells['kind'] ?? '') && (
                      <a
                        href={`/console/admin/posters/${cells['code']}`}
                        aria-label={`${say('organisation.poster')}: ${cells['code']}`}
                      >
                        {say('organisation.poster')}
                      </a>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        <a href="/console/admin/organisation">{say('organisation.title')}</a>
      </p>
    </>
  )
}

function Edit({
  context: { voice, csrf },
  table,
  cells,
  wrong = [],
}: {
  context: PageContext
  table: TableShape
  cells: Cells
  wrong?: readonly string[]
}): VNode {
  const { say } = voice
  const isKnown = table.key.every((column) => (cells[column] ?? '') !== '') && wrong.length === 0
  return (
    <>
      <h1>{nameOf(voice, table.name)}</h1>
      {wrong.length > 0 && <Result voice={voice} result={{ ok: false, wrong }} />}
      <form method="post" action={`/console/admin/organisation/${table.name}`} class="sheet fields">
        <Csrf token={csrf} />
        {table.columns.map((column) => (
          <label key={column}>
            <Code>{column}</Code>
            <input
              name={column}
              value={cells[column] ?? ''}
              dir="auto"
              maxLength={2000}
              readOnly={isKnown && table.key.includes(column)}
            />
          </label>
        ))}
        <button type="submit" class="main">
          {say('organisation.save')}
        </button>
      </form>
      <p>
        <a href={`/console/admin/organisation/${table.name}`}>{nameOf(voice, table.name)}</a>
      </p>
    </>
  )
}
