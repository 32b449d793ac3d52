import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { z } from 'zod'
import { countExports } from '../figures/exports.store.ts'
import { isCatalogueLanguage } from '../language/catalogue.ts'
import { PublicPage } from '../language/public.page.tsx'
import type { Voice } from '../language/render.ts'
import { day } from '../platform/instant.ts'
import type { ConsoleOptions } from './session.routes.tsx'

/** As many milliseconds as the page means by "lately": 30 days. */
const latelyMs = 30 * day

/**
 * `GET /status`: for everybody, what the service keeps and how often figures were taken out of it
 * (protection P35).
 */
export const openness: FastifyPluginAsyncZod<ConsoleOptions> = async (
  app,
  { db, voices, now, isDemo },
) => {
  const query = z.object({ language: z.string().max(20).optional() })
  app.get(
    '/status',
    { schema: { hide: true, querystring: query } },
    async ({ query: { language = '' } }, reply) => {
      const voice = voices(isCatalogueLanguage(language) ? language : 'ug-Arab')
      const page = (
        <Page
          voice={voice}
          isDemo={isDemo}
          exports={await countExports(db, new Date(now() - latelyMs))}
        />
      )
      return reply.type('text/html; charset=utf-8').send(`<!doctype html>${renderToString(page)}`)
    },
  )
}

function Page({
  voice,
  isDemo,
  exports,
}: {
  voice: Voice
  isDemo: boolean
  exports: Awaited<ReturnType<typeof countExports>>
}): VNode {
  const { say } = voice
  return (
    <PublicPage voice={voice} title={say('open.title')} isDemo={isDemo}>
      <div class="sheet">
        <p>{say('open.works')}</p>
        <p>{say('open.kept')}</p>
        <p>
          {say('open.exports', {
            all: { count: exports.all },
            lately: { count: exports.lately },
          })}
        </p>
        <p>{say('open.exportsAbout')}</p>
      </div>
    </PublicPage>
  )
}
