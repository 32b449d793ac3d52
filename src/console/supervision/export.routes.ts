import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { SheetData } from 'write-excel-file/node'
import { noteExport } from '../../figures/exports.store.ts'
import { type Rates, ratesOf } from '../../figures/rates.ts'
import { areaKey } from '../../figures/scope.ts'
import type { Voice } from '../../language/render.ts'
import {
  type ConsoleOptions,
  contextOf,
  onlyStaff,
  sendNotFound,
  signedIn,
} from '../session.routes.tsx'
import { FilterQuery, filterOf } from './filter.store.ts'
import { readOverview } from './overview.store.ts'
import type { Overview } from './overview.ts'

type Column = (typeof columns)[number]
type Row = Readonly<Record<Column, string | number | undefined>> & {
  readonly what: 'area' | 'week' | 'part' | 'category'
}
const columns = [
  'what',
  'code',
  'name',
  'from',
  'tickets',
  'answered_in_time',
  'solved_in_time',
  'content',
  'closed_unheard_or_unfixed',
  'reopened',
  'answer_median_minutes',
  'answer_p90_minutes',
  'solution_median_minutes',
  'solution_p90_minutes',
] as const

/**
 * The page's figures as CSV and as a workbook: the same ones, in the same steps, for the same
 * filter.
 */
export const figureExport: FastifyPluginAsyncZod<ConsoleOptions> = async (app, options) => {
  app.addHook('preHandler', onlyStaff(options))
  const rowsFor = async (
    request: FastifyRequest & { readonly query: (typeof FilterQuery)['_output'] },
    reply: FastifyReply,
    format: 'csv' | 'xlsx',
  ): Promise<{ readonly rows: readonly Row[]; readonly voice: Voice } | undefined> => {
    const staff = signedIn(request)
    const filter = await filterOf(options.db, staff, request.query, options.now(), options.timeZone)
    const context = await contextOf(options, request, reply, staff)
    if (filter === undefined) {
      await sendNotFound(reply, context)
      return undefined
    }
    const { area, category = 'all', firstWeek, lastWeek } = filter
    const asked = { area: areaKey(area), category, firstWeek, lastWeek }
    await noteExport(options.db, options.record, {
      memberId: staff.id,
      role: staff.role,
      format,
      asked,
      at: new Date(options.now()),
    })
    const { voice } = context
    return { rows: toRows(await readOverview(options, filter), voice.name), voice }
  }

  app.get(
    '/console/supervision/figures.csv',
    { schema: { hide: true, querystring: FilterQuery } },
    async (request, reply) => {
      const read = await rowsFor(request, reply, 'csv')
      if (read === undefined) return reply
      const { stringify } = await import('csv-stringify/sync')
      // With a byte order mark, so that Excel reads the names as UTF-8; a name that begins like a
      // formula is none.
      const csv = stringify([...read.rows], {
        header: true,
        columns: [...columns],
        bom: true,
        escape_formulas: true,
      })
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="figures.csv"')
        .send(csv)
    },
  )

  app.get(
    '/console/supervision/figures.xlsx',
    { schema: { hide: true, querystring: FilterQuery } },
    async (request, reply) => {
      const read = await rowsFor(request, reply, 'xlsx')
      if (read === undefined) return reply
      const { default: writeXlsxFile } = await import('write-excel-file/node')
      const book = await writeXlsxFile(inWords(read.rows, read.voice), {
        sheet: 'figures',
        stickyRowsCount: 1,
        columns: columns.map((column) => ({ width: column === 'name' ? 28 : 16 })),
      }).toBuffer()
      return reply
        .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
        .header('content-disposition', 'attachment; filename="figures.xlsx"')
        .send(book)
    },
  )
}

/** Shares, which a workbook shows as per cent. */
const shares = new Set<Column>([
  'answered_in_time',
  'solved_in_time',
  'content',
  'closed_unheard_or_unfixed',
  'reopened',
])

/**
 * A workbook is for people: headings in the reader's language, shares as per cent. The CSV, for
 * programs, has the same numbers under names that never change.
 */
function inWords(rows: readonly Row[], { say }: Voice): SheetData {
  const spread = (
    length: 'console.firstResponse' | 'console.resolution',
    part: 'console.median' | 'console.p90',
  ) => `${say(length)} · ${say(part)} (${say('export.minutes')})`
  const headings: Readonly<Record<Column, string>> = {
    what: say('export.what'),
    code: say('export.code'),
    name: say('export.name'),
    from: say('export.from'),
    tickets: say('supervise.opened'),
    answered_in_time: say('console.responded'),
    solved_in_time: say('console.resolvedRate'),
    content: say('console.satisfiedRate'),
    closed_unheard_or_unfixed: say('console.closedUnheard'),
    reopened: say('supervise.reopened'),
    answer_median_minutes: spread('console.firstResponse', 'console.median'),
    answer_p90_minutes: spread('console.firstResponse', 'console.p90'),
    solution_median_minutes: spread('console.resolution', 'console.median'),
    solution_p90_minutes: spread('console.resolution', 'console.p90'),
  }
  const kinds = {
    area: say('export.area'),
    week: say('supervise.week'),
    part: say('export.part'),
    category: say('supervise.category'),
  }
  const words = (row: Row, column: Column) => {
    if (column === 'what') return kinds[row.what]
    if (column === 'name' && row.what === 'category')
      return say(`category.${row.code}` as 'category.road')
    return row[column]
  }
  return [
    columns.map((column) => ({ value: headings[column], fontWeight: 'bold' as const, wrap: true })),
    ...rows.map((row) =>
      columns.map((column) => {
        const value = words(row, column)
        if (value === undefined) return null
        return typeof value === 'number' && shares.has(column)
          ? { value, type: Number, format: '0%' }
          : value
      }),
    ),
  ]
}

function toRows(
  { filter, figures, sides, categories }: Overview,
  nameOf: (names: Readonly<Record<string, string>>) => string,
): readonly Row[] {
  const code = areaKey(filter.area)
  const row = (what: Row['what'], own: string, name: string, from: string, rates: Rates): Row => ({
    what,
    code: own,
    name,
    from,
    tickets: rates.opened,
    answered_in_time: rates.responded,
    solved_in_time: rates.resolved,
    content: rates.satisfied,
    closed_unheard_or_unfixed: rates.closedPoorly,
    reopened: rates.reopened,
    answer_median_minutes: rates.firstResponse?.medianMinutes,
    answer_p90_minutes: rates.firstResponse?.p90Minutes,
    solution_median_minutes: rates.resolution?.medianMinutes,
    solution_p90_minutes: rates.resolution?.p90Minutes,
  })
  return [
    row('area', code, nameOf(filter.names), filter.firstWeek, ratesOf(figures.total)),
    ...[...figures.byWeek]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([week, tally]) => row('week', code, nameOf(filter.names), week, ratesOf(tally))),
    ...sides.map(({ part, rates }) =>
      row('part', part.key, nameOf(part.names), filter.firstWeek, rates),
    ),
    ...categories.map(({ category, rates }) =>
      row('category', category, category, filter.firstWeek, rates),
    ),
  ]
}
