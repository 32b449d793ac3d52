import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import type { Queue } from 'bullmq'
import type { FastifyPluginCallback } from 'fastify'

/**
 * Pages that show what stands in the queues, at this path; nothing can be changed from them.
 * Anyone who registers them guards them.
 */
export function boardOf(queues: readonly Queue[], path: string): FastifyPluginCallback {
  const server = new FastifyAdapter().setBasePath(path)
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: server,
    options: {
      uiConfig: {
        boardTitle: 'Jawab',
        hideRedisDetails: true,
        hideDocsLink: true,
        locale: { lng: 'zh-CN' },
      },
    },
  })
  return server.registerPlugin() as FastifyPluginCallback
}
