import { randomUUID } from 'node:crypto'
import type { Voice } from '../../language/render.ts'
import { columnsOf, keyOf, type TableName, tableNames, tables } from '../../organisation/columns.ts'
import { readOrganisation, readTable } from '../../organisation/export.store.ts'
import { importOrganisation, namesOf, type Progress } from '../../organisation/import.store.ts'
import type { Plan } from '../../organisation/plan.ts'
import { describeRead, describeWrong } from '../../organisation/words.ts'
import type { Decoder } from '../../platform/files/decoder.ts'
import type { Instant } from '../../platform/instant.ts'
import { day } from '../../platform/instant.ts'
import type { Db } from '../../platform/postgres/database.ts'
import type { ImportResult } from './organisation.page.tsx'
import type { OrganisationOptions } from './organisation.routes.tsx'

const mostFound = 100

/** From more rows than this nobody chooses: their code is written. */
const mostNamed = 300

/** What reads and writes workbooks is loaded with the first file: most copies never see one. */
const files = () => import('../../organisation/import-files.client.ts')

/**
 * What the administrator's pages do with the organisation: the import does it all, also for one row
 * that is changed by hand.
 */
export function organisationForConsole(
  db: Db,
  decoder: Decoder,
  now: () => Instant,
  poster: OrganisationOptions['organisation']['poster'],
): OrganisationOptions['organisation'] {
  const at = () => new Date(now())
  const tableCalled = (name: string): TableName => {
    const table = tableNames.find((each) => each === name)
    if (table === undefined) throw new RangeError(`no table ${name}`)
    return table
  }
  const run = async (
    content: Buffer,
    dryRun: boolean,
    voice: Voice,
    progress?: Progress,
  ): Promise<ImportResult> => {
    const { readTables, UnreadableFileError } = await files()
    try {
      const read = await readTables(content, decoder)
      const plan = await importOrganisation(db, read.tables, {
        dryRun,
        at: at(),
        ...(progress === undefined ? {} : { progress }),
      })
      return { ...toResult(plan, voice), notes: describeRead(voice, read) }
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error
      return {
        ok: false,
        wrong: [
          voice.say(error.columns.length === 0 ? 'import.unreadable' : 'import.unknownColumns', {
            columns: { code: error.columns.join(', ') },
          }),
        ],
      }
    }
  }
  return {
    tables: tableNames.map((name) => ({
      name,
      columns: columnsOf(name),
      key: tables[name].key,
    })),
    named: async (name) => {
      const table = tableCalled(name)
      const rows = await readTable(db, table)
      if (rows.length > mostNamed) return undefined
      return rows.map((row) => ({
        value: keyOf(table, row),
        names: row['name'] ?? namesOf(row),
      }))
    },
    find: async (name, text) => {
      const table = tableCalled(name)
      const wanted = text.trim().toLowerCase()
      const rows = await readTable(db, table)
      const found =
        wanted === ''
          ? rows
          : rows.filter(
              (row) =>
                keyOf(table, row).toLowerCase().startsWith(wanted) ||
                Object.values(row).some((cell) => cell.toLowerCase().includes(wanted)),
            )
      return [...found]
        .sort(
          (a, b) =>
            Number(keyOf(table, b).toLowerCase() === wanted) -
            Number(keyOf(table, a).toLowerCase() === wanted),
        )
        .slice(0, mostFound)
    },
    check: async (content, memberId, voice) => {
      const result = await run(content, true, voice)
      const draft = randomUUID()
      await db.prisma.importDraft.deleteMany({
        where: { createdAt: { lt: new Date(now() - day) } },
      })
      if (result.ok)
        await db.prisma.importDraft.create({
          data: { id: draft, memberId, content: new Uint8Array(content), createdAt: at() },
        })
      return { result, draft }
    },
    importDraft: async (draft, memberId, voice, progress) => {
      const row = await db.prisma.importDraft.findFirst({ where: { id: draft, memberId } })
      if (row === null) return { ok: false, wrong: [voice.say('import.gone')] }
      const result = await run(Buffer.from(row.content), false, voice, progress)
      if (result.ok) await db.prisma.importDraft.deleteMany({ where: { id: draft } })
      return result
    },
    importRow: async (name, cells, voice) =>
      toResult(
        await importOrganisation(
          db,
          { [tableCalled(name)]: await withOthers(db, tableCalled(name), cells) },
          { dryRun: false, at: at() },
        ),
        voice,
      ),
    exportCsv: async (name) =>
      (await files()).writeCsv(tableCalled(name), await readTable(db, tableCalled(name))),
    exportWorkbook: async () => (await files()).writeWorkbook(await readOrganisation(db)),
    poster,
  }
}

/**
 * A roster's row by hand leaves the member's other shifts as they are: they go into the import with
 * it.
 */
async function withOthers(
  db: Db,
  table: TableName,
  cells: Readonly<Record<string, string>>,
): Promise<readonly { number: number; cells: Readonly<Record<string, string>> }[]> {
  const others =
    table === 'roster'
      ? (await readTable(db, 'roster')).filter(
          (row) =>
            row['member'] === cells['member'] && keyOf('roster', row) !== keyOf('roster', cells),
        )
      : []
  return [cells, ...others].map((each, index) => ({ number: index + 1, cells: each }))
}

function toResult({ effects, wrong }: Plan, voice: Voice): ImportResult {
  return wrong.length > 0
    ? { ok: false, wrong: wrong.map((each) => describeWrong(voice, each)) }
    : { ok: true, effects }
}
