import type { VNode } from 'preact'
import type { Voice } from '../../language/render.ts'
import { type Column, columnsOf, type TableName } from '../../organisation/columns.ts'
import type { Effect } from '../../organisation/plan.ts'
import { Code, Csrf, type PageContext, Wide } from '../layout.page.tsx'
import { headOf, shownCell } from './fields.page.tsx'

/**
 * A table's cells in words. What they hold and how they are written is the import's business, not
 * the page's.
 */
export type Cells = Readonly<Record<string, string>>

/** What a row of an import does. */
type ShownEffect = Omit<Effect, 'cells'>

/**
 * What became of an import, or would: its rows, or what is wrong in the reader's words. `notes` say
 * how the file was understood.
 */
export type ImportResult = { readonly notes?: readonly string[] } & (
  | { readonly ok: true; readonly effects: readonly ShownEffect[] }
  | { readonly ok: false; readonly wrong: readonly string[] }
)

const mostShown = 200

/** What a table is called on the pages. */
export function nameOf({ say }: Voice, table: string): string {
  const known = (['places', 'teams', 'members', 'roster', 'deadlines', 'calendar'] as const).find(
    (each) => each === table,
  )
  return known === undefined ? table : say(`organisation.${known}`)
}

/** A table of the organisation: its columns, and those that name a row. */
export type TableShape = {
  readonly name: string
  readonly columns: readonly Column[]
  readonly key: readonly string[]
}

/** The tables, with a form to import files. */
export function Overview({
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

/** What an import would do, before it is confirmed. */
export function Preview({
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
      {result.notes?.map((note) => (
        <p key={note} class="quiet">
          {note}
        </p>
      ))}
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

export function Result({ voice, result }: { voice: Voice; result: ImportResult }): VNode {
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
        <Wide>
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
                        <Change voice={voice} table={effect.table} change={{ column, from, to }} />
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
        </Wide>
      )}
    </>
  )
}

/** What changes in a cell, in words. */
function Change({
  voice,
  table,
  change: { column, from, to },
}: {
  voice: Voice
  table: TableName
  change: Effect['changes'][number]
}): VNode {
  const known = columnsOf(table).find(({ name }) => name === column)
  const shown = (value: string) =>
    value === '' ? '–' : known === undefined ? value : shownCell(voice, known, value)
  return (
    <>
      {known === undefined ? <Code>{column}</Code> : headOf(voice, known)}: <bdi>{shown(from)}</bdi>{' '}
      → <bdi>{shown(to)}</bdi>
    </>
  )
}

/** How far an import is; the page grows while it runs. */
export function Progress({
  voice: { say },
  done,
  of,
}: {
  voice: Voice
  done: number
  of: number
}): VNode {
  return (
    <p class="quiet">
      <progress value={done} max={of} aria-label={say('import.title')} />{' '}
      {say('import.progress', { done: { text: String(done) }, of: { text: String(of) } })}
    </p>
  )
}

/** What an import did. */
export function Done({ voice, result }: { voice: Voice; result: ImportResult }): VNode {
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
