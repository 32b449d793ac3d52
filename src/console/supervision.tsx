import type { FastifyPluginAsync } from 'fastify'
import type { VNode } from 'preact'
import { emblems } from '../domain/category.ts'
import { statuses } from '../domain/status.ts'
import type { Voice } from '../language/render.ts'
import { findPlace } from '../store/places.ts'
import type { Spread } from '../store/read-models/rates.ts'
import { type Supervision, superviseArea } from '../store/read-models/supervision.ts'
import { Code, renderPage } from './layout.tsx'
import { type ConsoleOptions, contextOf, needStaff } from './session.ts'

/** For a supervisor, of their own area only: are people being answered? */
export const supervision: FastifyPluginAsync<ConsoleOptions> = async (app, options) => {
  app.get('/console/supervision', { schema: { hide: true } as object }, async (request, reply) => {
    const staff = await needStaff(options, request, reply)
    if (staff === undefined) return reply
    const context = await contextOf(options, request, reply, staff)
    const { voice } = context
    if (staff.role !== 'supervisor' || staff.areaCode === null)
      return reply
        .code(404)
        .type('text/html; charset=utf-8')
        .send(renderPage(context, '404', <p class="sheet">{voice.say('console.notFound')}</p>))
    const [place, seen] = await Promise.all([findPlace(options.db, staff.areaCode), superviseArea(options.db, staff.areaCode, new Date(options.now()))])
    const title = voice.say('console.area', { area: { names: place?.names ?? {} } })
    return reply.type('text/html; charset=utf-8').send(renderPage(context, title, <Overview title={title} voice={voice} seen={seen} />))
  })
}

function Overview({ title, voice, seen }: { title: string; voice: Voice; seen: Supervision }): VNode {
  const { say } = voice
  return (
    <>
      <h1>{title}</h1>
      <table class="sheet">
        <thead>
          <tr>
            <th scope="col">{say('console.status')}</th>
            <th scope="col">{say('console.count')}</th>
          </tr>
        </thead>
        <tbody>
          {statuses.map((status) => (
            <tr key={status}>
              <th scope="row">{say(`status.${status}`)}</th>
              <td>{seen.byStatus[status] ?? <span class="quiet">{say('console.tooFew')}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table class="sheet">
        <tbody>
          <Share label={say('console.responded')} share={seen.rates.responded} voice={voice} />
          <Share label={say('console.resolvedRate')} share={seen.rates.resolved} voice={voice} />
          <Share label={say('console.satisfiedRate')} share={seen.rates.satisfied} voice={voice} />
          <Share label={say('console.closedUnheard')} share={seen.rates.closedUnheardOrUnfixed} voice={voice} />
        </tbody>
      </table>
      <table class="sheet">
        <thead>
          <tr>
            <td />
            <th scope="col">{say('console.median')}</th>
            <th scope="col">{say('console.p90')}</th>
          </tr>
        </thead>
        <tbody>
          <Times label={say('console.firstResponse')} spread={seen.rates.firstResponse} voice={voice} />
          <Times label={say('console.resolution')} spread={seen.rates.resolution} voice={voice} />
        </tbody>
      </table>
      <h2>{say('console.waiting')}</h2>
      <Tickets tickets={seen.waiting} voice={voice} />
      <h2>{say('console.overdueNow')}</h2>
      <Tickets tickets={seen.overdue} voice={voice} />
    </>
  )
}

function Tickets({ tickets, voice }: { tickets: Supervision['waiting'] | Supervision['overdue']; voice: Voice }): VNode {
  const { say } = voice
  if (tickets.length === 0) return <p class="quiet">{say('console.none')}</p>
  return (
    <>
      {tickets.map((ticket) => (
        <div key={ticket.code} class="sheet">
          <b>
            <span aria-hidden="true">{emblems[ticket.category]}</span> {say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>
          </b>
          <div class="meta">
            <Code>{ticket.code}</Code> · {say('console.opened')}: <bdi>{voice.moment(ticket.openedAt.getTime())}</bdi>
            {'teamNames' in ticket && ticket.teamNames !== undefined && (
              <>
                {' · '}
                <bdi>{voice.name(ticket.teamNames)}</bdi>
              </>
            )}
          </div>
        </div>
      ))}
    </>
  )
}

function Share({ label, share, voice }: { label: string; share: number | undefined; voice: Voice }): VNode {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{share === undefined ? <span class="quiet">{voice.say('console.tooFew')}</span> : <bdi dir="ltr">{Math.round(share * 100)} %</bdi>}</td>
    </tr>
  )
}

function Times({ label, spread, voice }: { label: string; spread: Spread; voice: Voice }): VNode {
  const few = <span class="quiet">{voice.say('console.tooFew')}</span>
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{spread === undefined ? few : voice.duration(spread.medianSeconds * 1000)}</td>
      <td>{spread === undefined ? few : voice.duration(spread.p90Seconds * 1000)}</td>
    </tr>
  )
}
