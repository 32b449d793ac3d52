import type { VNode } from 'preact'
import { shownCount } from '../../figures/disclosure.ts'
import type { Rates } from '../../figures/rates.ts'
import { ratesOf } from '../../figures/rates.ts'
import { areaKey } from '../../figures/scope.ts'
import { weeksAfter } from '../../figures/week.ts'
import type { Voice } from '../../language/render.ts'
import type { Instant } from '../../platform/instant.ts'
import { Table } from '../layout.page.tsx'
import { OpenedOutOfTurn } from '../opened-out-of-turn.page.tsx'
import type { Behind } from './behind.ts'
import { HeatMap, Trend, usualMost } from './charts.page.tsx'
import { addressOf, type Filter, filterCategories, periods } from './filter.ts'
import { TableBehind, ToActOnList } from './lists.page.tsx'
import type { Overview } from './overview.ts'
import {
  Categories,
  Cell,
  counted,
  few,
  Linked,
  SideBySide,
  shared,
  Times,
} from './tables.page.tsx'

/** The figures of one area or team: tiles, charts, tables and what to act on. */
export function Page({
  voice,
  overview,
  now,
}: {
  voice: Voice
  overview: Overview
  now: Instant
}): VNode {
  const { say } = voice
  const { filter, figures } = overview
  const rates = ratesOf(figures.total)
  const weeks = Array.from({ length: filter.weeks }, (_, at) => weeksAfter(filter.firstWeek, at))
  const weekly = weeks
    .map((week) => figures.byWeek.get(week))
    .map((tally) => (tally === undefined ? undefined : ratesOf(tally)))
  const overdueNow = shownCount(figures.overdueNow)
  return (
    <>
      <h1>
        {say('supervise.title')} <bdi>{voice.name(filter.names)}</bdi>
      </h1>
      <nav class="crumbs" aria-label={say('supervise.area')}>
        {filter.above.map(({ code, names }) => (
          <a key={code} href={`?${addressOf(filter, { area: code })}`}>
            <bdi>{voice.name(names)}</bdi>
          </a>
        ))}
      </nav>
      <h2>{say('supervise.toActOn')}</h2>
      <ToActOnList voice={voice} tickets={overview.toActOn} now={now} />
      <h2>{say('supervise.figures')}</h2>
      <FilterForm voice={voice} filter={filter} />
      <section class="tiles" aria-label={say('supervise.figures')}>
        {tilesOf(rates).map(([label, share, which]) => (
          <div key={label} class="tile">
            <span>{say(label)}</span>
            <FigureLink voice={voice} filter={filter} which={which} value={shared(share)} />
          </div>
        ))}
        <div class="tile">
          <span>{say('supervise.opened')}</span>
          <FigureLink voice={voice} filter={filter} which="opened" value={counted(rates.opened)} />
        </div>
        <div class={overdueNow === undefined ? 'tile' : 'tile alarm'}>
          <span>{say('console.overdueNow')}</span>
          <a href="#overdue">{overdueNow ?? few}</a>
        </div>
      </section>
      <table class="sheet">
        <caption class="hidden">{say('supervise.times')}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{say('console.median')}</th>
            <th scope="col">{say('console.p90')}</th>
          </tr>
        </thead>
        <tbody>
          <Times label={say('console.firstResponse')} spread={rates.firstResponse} voice={voice} />
          <Times label={say('console.resolution')} spread={rates.resolution} voice={voice} />
        </tbody>
      </table>
      <p class="quiet">
        {say('supervise.medians')} {say('supervise.inFives')}
      </p>
      <h2>{say('supervise.trend')}</h2>
      <div class="sheet">
        {weekly.filter((each) => each?.responded !== undefined).length < 2 ? (
          <p class="quiet">{say('supervise.secondWeekYet')}</p>
        ) : (
          <>
            <p class="legend">
              <span class="first">{say('console.responded')}</span>{' '}
              <span class="second">{say('console.resolvedRate')}</span>
            </p>
            <Trend
              voice={voice}
              weeks={weeks}
              label={say('supervise.trend')}
              series={[
                { name: 'responded', look: 'first', values: weekly.map((each) => each?.responded) },
                { name: 'resolved', look: 'second', values: weekly.map((each) => each?.resolved) },
              ]}
            />
          </>
        )}
        <TableBehind voice={voice}>
          <Table
            corner={say('supervise.week')}
            heads={[say('supervise.opened'), say('console.responded'), say('console.resolvedRate')]}
          >
            {weeks.map((week, at) => (
              <tr key={week}>
                <th scope="row">
                  <bdi>{voice.day(week)}</bdi>
                </th>
                <Cell
                  filter={filter}
                  of={{ weeks: 1, end: week }}
                  which="opened"
                  value={counted(weekly[at]?.opened)}
                />
                <Cell
                  filter={filter}
                  of={{ weeks: 1, end: week }}
                  which="answeredLate"
                  value={shared(weekly[at]?.responded)}
                />
                <Cell
                  filter={filter}
                  of={{ weeks: 1, end: week }}
                  which="solvedLate"
                  value={shared(weekly[at]?.resolved)}
                />
              </tr>
            ))}
          </Table>
        </TableBehind>
      </div>
      <h2>{say('supervise.arrivals')}</h2>
      <Arrivals voice={voice} arrivals={figures.arrivals} />
      {overview.sides.length > 0 && (
        <>
          <h2>{say('supervise.sideBySide')}</h2>
          <SideBySide voice={voice} overview={overview} />
        </>
      )}
      {filter.category === undefined && (
        <>
          <h2>{say('supervise.categories')}</h2>
          <Categories voice={voice} overview={overview} />
        </>
      )}
      {overview.openedOutOfTurn.length > 0 && (
        <>
          <h2>{say('supervise.outOfTurn')}</h2>
          <OpenedOutOfTurn voice={voice} opened={overview.openedOutOfTurn} />
        </>
      )}
      <p>
        {say('supervise.export')}{' '}
        <a href={`/console/supervision/figures.csv?${addressOf(filter)}`}>CSV</a>{' '}
        <a href={`/console/supervision/figures.xlsx?${addressOf(filter)}`}>XLSX</a>
      </p>
    </>
  )
}

function FilterForm({ voice, filter }: { voice: Voice; filter: Filter }): VNode {
  const { say } = voice
  return (
    <form method="get" class="sheet filter">
      <input type="hidden" name="area" value={areaKey(filter.area)} />
      {!filter.isUpToNow && <input type="hidden" name="end" value={filter.lastWeek} />}
      <label>
        <span class="quiet">{say('supervise.category')}</span>
        <select name="category">
          <option value="">{say('supervise.allCategories')}</option>
          {filterCategories.map((category) => (
            <option key={category} value={category} selected={category === filter.category}>
              {say(`category.${category}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="quiet">{say('supervise.period')}</span>
        <select name="weeks">
          {periods.map((weeks) => (
            <option key={weeks} value={weeks} selected={weeks === filter.weeks}>
              {say('supervise.weeks', { count: { count: weeks } })}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">{say('supervise.show')}</button>
      <p class="quiet">
        <a href={`?${addressOf(filter, { end: weeksAfter(filter.lastWeek, -filter.weeks) })}`}>
          {say('supervise.earlier')}
        </a>{' '}
        <bdi>
          {voice.day(filter.firstWeek)} – {voice.day(weeksAfter(filter.lastWeek, 1))}
        </bdi>{' '}
        {!filter.isUpToNow && (
          <a href={`?${addressOf(filter, { end: weeksAfter(filter.lastWeek, filter.weeks) })}`}>
            {say('supervise.later')}
          </a>
        )}
      </p>
    </form>
  )
}

/** The shares on the tiles: what each is called, its value, and the tickets behind it. */
const tilesOf = (rates: Rates) =>
  [
    ['console.responded', rates.responded, 'answeredLate'],
    ['console.resolvedRate', rates.resolved, 'solvedLate'],
    ['console.satisfiedRate', rates.satisfied, 'notContent'],
    ['console.closedUnheard', rates.closedPoorly, 'closedPoorly'],
    ['supervise.reopened', rates.reopened, 'reopened'],
  ] as const

/** A figure of a tile, as a link to the tickets behind it; one that may not be shown is no link. */
function FigureLink({
  voice,
  filter,
  which,
  value,
}: {
  voice: Voice
  filter: Filter
  which: Behind
  value: string | undefined
}): VNode {
  return value === undefined ? (
    <span class="quiet">{voice.say('console.tooFew')}</span>
  ) : (
    <Linked to={addressOf(filter, { which })}>{value}</Linked>
  )
}

function Arrivals({ voice, arrivals }: { voice: Voice; arrivals: readonly number[] }): VNode {
  const { say } = voice
  const values = arrivals.map(shownCount)
  if (values.every((value) => value === undefined))
    return <p class="sheet quiet">{say('supervise.tooFewYet')}</p>
  return (
    <div class="sheet">
      <HeatMap
        voice={voice}
        days={voice.weekdays()}
        values={values}
        label={say('supervise.arrivals')}
      />
      <p class="legend heat">
        <span class="square few" /> {say('console.tooFew')}
        {[1, 2, 3, 4, 5].map((level) => (
          <span key={level} class={`square heat${level}`} />
        ))}{' '}
        {say('supervise.andMore', { count: { count: Math.round(usualMost(values)) } })}
      </p>
      <TableBehind voice={voice}>
        <table class="dense">
          <thead>
            <tr>
              <td />
              {voice.weekdays().map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: 24 }, (_, hour) => (
              <tr key={hour}>
                <th scope="row">
                  <bdi dir="ltr">{String(hour).padStart(2, '0')}:00</bdi>
                </th>
                {voice.weekdays().map((name, day) => (
                  <td key={name}>{values[day * 24 + hour] ?? '–'}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <p class="quiet">– {say('console.tooFew')}</p>
      </TableBehind>
    </div>
  )
}
