import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { z } from 'zod'
import { countExports } from '../figures/exports.store.ts'
import { isRightToLeft } from '../language/bidi.ts'
import { isCatalogueLanguage, languageName, residentLanguages } from '../language/catalogue.ts'
import { Head } from '../language/head.page.tsx'
import type { Voice } from '../language/render.ts'
import { day } from '../platform/instant.ts'
import type { ConsoleOptions } from './session.routes.tsx'

/** As many milliseconds as the page means by "lately": 30 days. */
const latelyMs = 30 * day

/**
 * `GET /status`: for everybody, what the service keeps and how often figures were taken out of it
 * (protection P35).
 */
export const openness: FastifyPluginAsyncZod<ConsoleOptions> = async (app, { db, voices, now }) => {
  const query = z.object({ language: z.string().max(20).optional() })
  app.get(
    '/status',
    { schema: { hide: true, querystring: query } },
    async ({ query: { language = '' } }, reply) => {
      const voice = voices(isCatalogueLanguage(language) ? language : 'ug-Arab')
      const page = (
        <Page voice={voice} exports={await countExports(db, new Date(now() - latelyMs))} />
      )
      return reply.type('text/html; charset=utf-8').send(`<!doctype html>${renderToString(page)}`)
    },
  )
}

function Page({
  voice: { say, language },
  exports,
}: {
  voice: Voice
  exports: Awaited<ReturnType<typeof countExports>>
}): VNode {
  return (
    <html lang={language} dir={isRightToLeft(language) ? 'rtl' : 'ltr'}>
      <Head title={say('open.title')} style={{ href: '/console/console.css' }} />
      <body>
        <header>
          <a href="/chat" class="brand">
            {say('chat.title')}
          </a>
        </header>
        <main>
          <h1>{say('open.title')}</h1>
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
          <nav class="crumbs" aria-label={say('console.language')}>
            {residentLanguages.map((each) => (
              <a
                key={each}
                href={`?language=${each}`}
                lang={each}
                dir={isRightToLeft(each) ? 'rtl' : 'ltr'}
              >
                {languageName(each)}
              </a>
            ))}
          </nav>
        </main>
      </body>
    </html>
  )
}
