import type { FastifyPluginAsync } from 'fastify'
import type { VNode } from 'preact'
import { emblems } from '../domain/category.ts'
import { statuses } from '../domain/status.ts'
import type { Voice } from '../language/render.ts'
import { findPlace } from '../store/places.ts'
import { type Spread, type Supervision, superviseArea } from '../store/read-models/supervision.ts'
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
    const [place, seen] = await Promise.all([findPlace(options.db, staff.areaCode), superviseArea(options.db, staff.areaCode)])
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
        <thead>
          <tr>
            <td />
            <th scope="col">{say('console.median')}</th>
            <th scope="col">{say('console.p90')}</th>
          </tr>
        </thead>
        <tbody>
          <Times label={say('console.firstResponse')} spread={seen.firstResponse} voice={voice} />
          <Times label={say('console.resolution')} spread={seen.resolution} voice={voice} />
        </tbody>
      </table>
      <h2>{say('console.waiting')}</h2>
      {seen.waiting.length === 0 && <p class="quiet">{say('console.none')}</p>}
      {seen.waiting.map((ticket) => (
        <div key={ticket.code} class="sheet">
          <b>
            <span aria-hidden="true">{emblems[ticket.category]}</span> {say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>
          </b>
          <div class="meta">
            <Code>{ticket.code}</Code> · {say('console.opened')}: <bdi>{voice.moment(ticket.openedAt.getTime())}</bdi>
          </div>
        </div>
      ))}
    </>
  )
}

function Times({ label, spread, voice }: { label: string; spread: Spread; voice: Voice }): VNode {
  const few = <span class="quiet">{voice.say('console.tooFew')}</span>
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{spread === undefined ? few : voice.duration(spread.median)}</td>
      <td>{spread === undefined ? few : voice.duration(spread.p90)}</td>
    </tr>
  )
}
