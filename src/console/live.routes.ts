import { readFile } from 'node:fs/promises'
import type { FastifyPluginAsync } from 'fastify'
import { may } from '../organisation/role.ts'
import { refuseOver } from '../platform/quotas/hook.ts'
import { type ConsoleOptions, serveAsset, staffOf } from './session.routes.tsx'

export type LiveOptions = { readonly listen: (key: string, hear: () => void) => () => void }

/**
 * A comment keeps the line open, and a word that was lost costs no more than this, in milliseconds.
 */
const heartbeatMs = 25_000

/**
 * `/console/live`: says that one of the viewer's lists has changed, and nothing of what. The page
 * then reads itself again.
 */
export const live: FastifyPluginAsync<ConsoleOptions & LiveOptions> = async (app, options) => {
  const script = await readFile(new URL('./live.browser.js', import.meta.url), 'utf8')
  serveAsset(app, '/console/live.js', 'text/javascript', script)
  const shortcuts = await readFile(new URL('./shortcuts.browser.js', import.meta.url), 'utf8')
  serveAsset(app, '/console/shortcuts.js', 'text/javascript', shortcuts)
  app.get('/console/live', { schema: { hide: true } as object }, async (request, reply) => {
    const staff = await staffOf(options, request)
    // No content tells the browser not to try again.
    if (staff === undefined) return reply.code(204).send()
    const place = options.quotas.enter('staffStreams', staff.id)
    if (place === undefined) return refuseOver(reply, heartbeatMs)
    const stream = reply.streamEvents(3_000)
    stream.onClosed(place)
    const hear = () => stream.write('data: changed\n\n')
    const keys = [
      `member:${staff.id}`,
      ...(may(staff, 'leadTeam') && staff.teamId !== null ? [`team:${staff.teamId}`] : []),
    ]
    const leaves = keys.map((key) => options.listen(key, hear))
    const heartbeat = setInterval(hear, heartbeatMs)
    stream.onClosed(() => {
      clearInterval(heartbeat)
      for (const leave of leaves) leave()
    })
    return reply
  })
}
