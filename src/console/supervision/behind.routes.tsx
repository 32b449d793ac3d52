import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { shownCount } from '../../figures/disclosure.ts'
import { readCounts, readLate } from '../../figures/figures.store.ts'
import type { Voice } from '../../language/render.ts'
import { Code, Moment, Table, Wide } from '../layout.page.tsx'
import {
  type ConsoleOptions,
  onlyStaff,
  sendNotFound,
  sendPage,
  viewer,
} from '../session.routes.tsx'
import { type Behind, type BehindRow, countBehind, dependsOnTheClock } from './behind.ts'
import { FilterQuery, filterOf } from './filter.store.ts'
import { addressOf, type Filter } from './filter.ts'
import { listBehind } from './supervised-tickets.store.ts'

const pageSize = 50
const BehindQuery = FilterQuery.extend({
  which: z.enum(Object.keys(countBehind) as [Behind, ...Behind[]]),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
})

/**
 * The tickets behind a figure, oldest first: as many as the figure says and no more, so that
 * counting them tells nothing that the figure does not. No text: that is for who handles them.
 */
export const ticketsBehind: FastifyPluginAsyncZod<ConsoleOptions> = async (app, options) => {
  app.addHook('preHandler', onlyStaff(options))
  const { db, now, timeZone } = options
  app.get(
    '/console/supervision/tickets',
    { schema: { hide: true, querystring: BehindQuery } },
    async (request, reply) => {
      const { staff, context } = await viewer(options, request, reply)
      const { which, page } = request.query
      const filter = await filterOf(db, staff, request.query, now(), timeZone)
      if (filter === undefined) return sendNotFound(reply, context)
      const at = new Date(now())
      const late = dependsOnTheClock.has(which) ? await readLate(db, filter, at, timeZone) : []
      const count =
        shownCount(countBehind[which](await readCounts(db, filter, late, timeZone))) ?? 0
      const skip = (page - 1) * pageSize
      const rows =
        skip >= count
          ? []
          : await listBehind(db, filter, which, at, timeZone, {
              skip,
              take: Math.min(pageSize, count - skip),
            })
      const list = (
        <List
          voice={context.voice}
          filter={filter}
          which={which}
          count={count}
          page={page}
          rows={rows}
        />
      )
      return sendPage(reply, context, context.voice.say(`supervise.behind.${which}`), list)
    },
  )
}

function List({
  voice,
  filter,
  which,
  count,
  page,
  rows,
}: {
  voice: Voice
  filter: Filter
  which: Behind
  count: number
  page: number
  rows: readonly BehindRow[]
}): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say(`supervise.behind.${which}`)}</h1>
      <p>
        <a href={`/console/supervision?${addressOf(filter)}`}>
          <bdi>{voice.name(filter.names)}</bdi>
        </a>
        {filter.category !== undefined && ` · ${say(`category.${filter.category}`)}`}
      </p>
      {rows.length === 0 ? (
        <p class="quiet">{say('console.tooFew')}</p>
      ) : (
        <Wide>
          <Table
            heads={[
              say('console.status'),
              say('supervise.team'),
              say('console.opened'),
              say('supervise.answeredAt'),
              say('supervise.solvedAt'),
            ]}
          >
            {rows.map((row) => (
              <tr key={row.code}>
                <th scope="row">
                  <a href={`/console/supervision/tickets/${row.code}`}>
                    <Code>{row.code}</Code>
                  </a>
                </th>
                <td>{say(`status.${row.status}`)}</td>
                <td>{row.teamNames !== null && <bdi>{voice.name(row.teamNames)}</bdi>}</td>
                <td>
                  <Moment voice={voice} at={row.openedAt} />
                </td>
                <td>
                  <Moment voice={voice} at={row.firstResponseAt} />
                </td>
                <td>
                  <Moment voice={voice} at={row.resolvedAt} />
                </td>
              </tr>
            ))}
          </Table>
        </Wide>
      )}
      {rows.length > 0 && (
        <p class="quiet">
          {say('list.shown', {
            from: { count: (page - 1) * pageSize + 1 },
            until: { count: (page - 1) * pageSize + rows.length },
            count: { count },
          })}
        </p>
      )}
      <p>
        {page > 1 && (
          <a href={`?${addressOf(filter, { which, page: page - 1 })}`}>
            {say('supervise.earlierOnes')}
          </a>
        )}{' '}
        {page * pageSize < count && (
          <a href={`?${addressOf(filter, { which, page: page + 1 })}`}>
            {say('supervise.laterOnes')}
          </a>
        )}
      </p>
      <p class="quiet">{say('supervise.inFives')}</p>
    </>
  )
}
