import type { VNode } from 'preact'
import { entryOf } from '../../categories/category.ts'
import type { Spread } from '../../figures/rates.ts'
import type { Voice } from '../../language/render.ts'
import { Table, Wide } from '../layout.page.tsx'
import type { Behind } from './behind.ts'
import { addressOf, type Filter } from './filter.ts'
import type { Overview } from './overview.ts'

/** The parts of an area beside one another. */
export function SideBySide({
  voice,
  overview: { filter, sides },
}: {
  voice: Voice
  overview: Overview
}): VNode {
  const { say } = voice
  const heads = [
    say('supervise.opened'),
    say('console.responded'),
    say('console.resolvedRate'),
    say('console.satisfiedRate'),
    say('console.firstResponse'),
    say('console.overdueNow'),
  ]
  return (
    <Wide>
      <Table heads={heads}>
        {sides.map(({ part: { key, names }, rates, overdueNow }) => (
          <tr key={key}>
            <th scope="row">
              <a href={`?${addressOf(filter, { area: key })}`}>
                <bdi>{voice.name(names)}</bdi>
              </a>
            </th>
            <Cell filter={filter} of={{ area: key }} which="opened" value={counted(rates.opened)} />
            <Cell
              filter={filter}
              of={{ area: key }}
              which="answeredLate"
              value={shared(rates.responded)}
            />
            <Cell
              filter={filter}
              of={{ area: key }}
              which="solvedLate"
              value={shared(rates.resolved)}
            />
            <Cell
              filter={filter}
              of={{ area: key }}
              which="notContent"
              value={shared(rates.satisfied)}
            />
            <td>{shownAsTime(voice, rates.firstResponse?.medianMinutes)}</td>
            <td>
              {overdueNow === undefined ? (
                few
              ) : (
                <a href={`?${addressOf(filter, { area: key })}#overdue`}>{overdueNow}</a>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Wide>
  )
}

/** The categories of a scope: what waits longest, what is reopened. */
export function Categories({
  voice,
  overview: { filter, categories },
}: {
  voice: Voice
  overview: Overview
}): VNode {
  const { say } = voice
  if (categories.every(({ rates }) => rates.opened === undefined))
    return <p class="sheet quiet">{say('supervise.tooFewYet')}</p>
  return (
    <Wide>
      <Table
        heads={[
          say('supervise.opened'),
          say('console.satisfiedRate'),
          say('supervise.reopened'),
          say('console.resolution'),
        ]}
      >
        {categories.map(({ category, rates }) => (
          <tr key={category}>
            <th scope="row">
              <a href={`?${addressOf(filter, { category })}`}>
                <span aria-hidden="true">{entryOf(category).emblem}</span>{' '}
                {say(`category.${category}`)}
              </a>
            </th>
            <Cell filter={filter} of={{ category }} which="opened" value={counted(rates.opened)} />
            <Cell
              filter={filter}
              of={{ category }}
              which="notContent"
              value={shared(rates.satisfied)}
            />
            <Cell
              filter={filter}
              of={{ category }}
              which="reopened"
              value={shared(rates.reopened)}
            />
            <td>{shownAsTime(voice, rates.resolution?.medianMinutes)}</td>
          </tr>
        ))}
      </Table>
    </Wide>
  )
}

/** Median and 90th percentile of one length of time, as a row. */
export function Times({
  label,
  spread,
  voice,
}: {
  label: string
  spread: Spread
  voice: Voice
}): VNode {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{shownAsTime(voice, spread?.medianMinutes)}</td>
      <td>{shownAsTime(voice, spread?.p90Minutes)}</td>
    </tr>
  )
}

/**
 * A figure as a link to the tickets behind it. `of` is what of the filter is another one in this
 * row.
 */
export function Cell({
  filter,
  of,
  which,
  value,
}: {
  filter: Filter
  of: Parameters<typeof addressOf>[1]
  which: Behind
  value: string | undefined
}): VNode {
  return (
    <td>
      {value === undefined ? (
        few
      ) : (
        <Linked to={addressOf(filter, { ...of, which })}>{value}</Linked>
      )}
    </td>
  )
}

/** A link from a figure to the list of tickets that it is about. */
export function Linked({ to, children }: { to: string; children: string }): VNode {
  return (
    <a href={`/console/supervision/tickets?${to}`} dir="ltr">
      {children}
    </a>
  )
}

/** A share in words; `undefined` where it may not be shown. */
export function shared(share: number | undefined): string | undefined {
  return share === undefined ? undefined : `${Math.round(share * 100)} %`
}

/** A count in words; `undefined` where it may not be shown. */
export function counted(count: number | undefined): string | undefined {
  return count === undefined ? undefined : String(count)
}

function shownAsTime(voice: Voice, minutes: number | undefined): VNode {
  return minutes === undefined ? (
    <span class="quiet">–</span>
  ) : (
    <bdi>{voice.duration(minutes * 60_000)}</bdi>
  )
}

/** Fewer than five: in a table the sign is quieter than the words. */
export const few = (
  <bdi dir="ltr" class="quiet">
    &lt; 5
  </bdi>
)
