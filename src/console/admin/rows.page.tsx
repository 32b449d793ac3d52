import type { VNode } from 'preact'
import { Csrf, type PageContext, Wide } from '../layout.page.tsx'
import { Field, headOf, type Named, shownCell } from './fields.page.tsx'
import { type Cells, nameOf, Result, type TableShape } from './organisation.page.tsx'

/** The rows of one table that were searched for. */
export function Rows({
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
      <Wide>
        <table class="dense">
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column.name} scope="col">
                  {headOf(voice, column)}
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
                    <th key={column.name} scope="row">
                      <a href={address(cells)}>
                        <bdi>{shownCell(voice, column, cells[column.name] ?? '')}</bdi>
                      </a>
                    </th>
                  ) : (
                    <td key={column.name}>
                      <bdi>{shownCell(voice, column, cells[column.name] ?? '')}</bdi>
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
      </Wide>
      <p>
        <a href="/console/admin/organisation">{say('organisation.title')}</a>
      </p>
    </>
  )
}

/** A form for one row. */
export function Edit({
  context: { voice, csrf },
  table,
  cells,
  known,
  wrong = [],
}: {
  context: PageContext
  table: TableShape
  cells: Cells
  /** For each column that names rows of another table, those rows; `undefined` where they are many. */
  known: ReadonlyMap<string, readonly Named[] | undefined>
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
          <Field
            key={column.name}
            voice={voice}
            column={column}
            value={cells[column.name] ?? ''}
            known={known.get(column.name)}
            isFixed={isKnown && table.key.includes(column.name)}
          />
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
