import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import {
  type ConsoleOptions,
  onlyStaff,
  sendNotFound,
  sendPage,
  viewer,
} from '../session.routes.tsx'
import { FilterQuery, filterOf } from './filter.store.ts'
import { readOverview } from './overview.store.ts'

/**
 * For a supervisor, of their own area only, and for a lead, of their own team: are people being
 * answered?
 */
export const supervision: FastifyPluginAsyncZod<ConsoleOptions> = async (app, options) => {
  app.addHook('preHandler', onlyStaff(options))
  app.get(
    '/console/supervision',
    { schema: { hide: true, querystring: FilterQuery } },
    async (request, reply) => {
      const { staff, context } = await viewer(options, request, reply)
      const filter = await filterOf(
        options.db,
        staff,
        request.query,
        options.now(),
        options.timeZone,
      )
      if (filter === undefined) return sendNotFound(reply, context)
      // Charts are drawn with a library that nobody else needs.
      const { Page } = await import('./supervision.page.tsx')
      const overview = await readOverview(options, filter)
      return sendPage(
        reply,
        context,
        context.voice.say('supervise.title'),
        <Page voice={context.voice} overview={overview} now={options.now()} />,
      )
    },
  )
}
