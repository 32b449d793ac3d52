import formbody from '@fastify/formbody'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { z } from 'zod'
import { type CatalogueLanguage, isCatalogueLanguage } from '../language/catalogue.ts'
import { PublicPage } from '../language/public.page.tsx'
import type { Voice } from '../language/render.ts'
import { refuseOver } from '../platform/quotas/hook.ts'
import type { Quotas } from '../platform/quotas/quotas.ts'
import { parseTicketCode } from '../tickets/code.ts'
import type { TicketStatusRow } from './ticket-status.store.ts'

/** What this plugin needs, named by its user. */
export type Options = {
  readonly find: (code: string) => Promise<TicketStatusRow | undefined>
  readonly quotas: Quotas
  readonly voices: (language: CatalogueLanguage) => Voice
  readonly isDemo: boolean
}

/** What is shown: the field for a code, what was wrong with one, or where its ticket stands. */
type Asked =
  | { readonly is: 'asking' }
  | { readonly is: 'mistyped' | 'unknown'; readonly typed: string }
  | { readonly is: 'found'; readonly row: TicketStatusRow }

const hide = { hide: true } as const
const Query = z.object({ language: z.string().max(20).optional() })

/**
 * `GET /t` and `GET /t/{code}`: how far a ticket is, as a page for anybody who has its code. It
 * tells what `GET /v1/tickets/{code}` tells without a key: no word, no category, no place
 * (protection P42). A code that is typed is posted, so that it is not in the history.
 */
export const ticketPage: FastifyPluginAsyncZod<Options> = async (
  app,
  { find, quotas, voices, isDemo },
) => {
  await app.register(formbody, { bodyLimit: 4096 })
  app.addHook('onRequest', async (request, reply) => {
    reply
      .header('cache-control', 'no-store')
      .header('x-robots-tag', 'noindex')
      .header('referrer-policy', 'no-referrer')
    refuseOver(reply, await quotas.take({ quota: 'addressLookupsAMinute', of: request.address }))
    return undefined
  })

  const ask = async (
    typed: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Asked> => {
    if (typed.trim() === '') return { is: 'asking' }
    const parsed = parseTicketCode(typed)
    if (!parsed.ok) return { is: 'mistyped', typed }
    const guess = { quota: 'addressUnknownCodesADay', of: request.address } as const
    refuseOver(reply, await quotas.look(guess))
    const row = await find(parsed.code)
    if (row !== undefined) return { is: 'found', row }
    await quotas.take(guess)
    return { is: 'unknown', typed }
  }
  const show = (request: FastifyRequest, reply: FastifyReply, language: string, asked: Asked) => {
    const voice = voices(languageOf(request, language))
    return reply
      .code(asked.is === 'asking' || asked.is === 'found' ? 200 : 404)
      .type('text/html; charset=utf-8')
      .send(
        `<!doctype html>${renderToString(<Page voice={voice} isDemo={isDemo} asked={asked} />)}`,
      )
  }

  app.get('/t', { schema: { ...hide, querystring: Query } }, async (request, reply) =>
    show(request, reply, request.query.language ?? '', { is: 'asking' }),
  )
  app.post(
    '/t',
    {
      schema: {
        ...hide,
        body: z.object({ code: z.string().max(60).default(''), language: z.string().max(20) }),
      },
    },
    async (request, reply) => {
      const { code, language } = request.body
      return show(request, reply, language, await ask(code, request, reply))
    },
  )
  app.get(
    '/t/:code',
    { schema: { ...hide, params: z.object({ code: z.string().max(60) }), querystring: Query } },
    async (request, reply) =>
      show(
        request,
        reply,
        request.query.language ?? '',
        await ask(request.params.code, request, reply),
      ),
  )
}

/** The language that was chosen, else the first of the browser's that we speak. */
function languageOf(request: FastifyRequest, chosen: string): CatalogueLanguage {
  if (isCatalogueLanguage(chosen)) return chosen
  for (const liked of request.accepts().languages()) {
    if (/^zh-(?:hant|tw|hk|mo)/i.test(liked)) return 'zh-Hant'
    const known = (['ug-Arab', 'kk-Cyrl', 'zh-Hans', 'en'] as const).find(
      (each) => each.slice(0, 2) === liked.slice(0, 2).toLowerCase(),
    )
    if (known !== undefined) return known
  }
  return 'ug-Arab'
}

function Page({ voice, isDemo, asked }: { voice: Voice; isDemo: boolean; asked: Asked }): VNode {
  const { say, language } = voice
  return (
    <PublicPage
      voice={voice}
      title={say('track.title')}
      isDemo={isDemo}
      head={<meta name="robots" content="noindex" />}
    >
      {asked.is === 'found' && <Steps voice={voice} row={asked.row} />}
      {(asked.is === 'mistyped' || asked.is === 'unknown') && (
        <p class="sheet refused" role="alert">
          {say(`track.${asked.is}`)}
        </p>
      )}
      <form method="post" action="/t" class="sheet fields">
        <input type="hidden" name="language" value={language} />
        <label>
          <span>{say('track.code')}</span>
          <input
            name="code"
            dir="ltr"
            required
            maxLength={40}
            autocomplete="off"
            autocapitalize="characters"
            placeholder="JW-…"
            value={asked.is === 'mistyped' || asked.is === 'unknown' ? asked.typed : ''}
          />
        </label>
        <button type="submit" class="main">
          {say('track.show')}
        </button>
      </form>
      <p class="quiet">{say('track.about')}</p>
      <p>
        <a href="/chat">{say('track.chat')}</a>
      </p>
    </PublicPage>
  )
}

function Steps({ voice, row }: { voice: Voice; row: TicketStatusRow }): VNode {
  const { say } = voice
  const steps = [
    ['event.opened', row.openedAt],
    ['event.assigned', row.assignedAt],
    ['event.accepted', row.acceptedAt],
    ['event.resolved', row.resolvedAt],
    [row.status === 'withdrawn' ? 'event.withdrawn' : 'event.closed', row.closedAt],
  ] as const
  return (
    <section class="sheet" aria-label={row.code}>
      <p>
        <bdi class="code" dir="ltr">
          {row.code}
        </bdi>
        {': '}
        <b>{say(`status.${row.status}`)}</b>
        {row.reopenedCount > 0 && ` · ${say('list.reopened')}`}
      </p>
      <ol class="steps">
        {steps.map(([key, at]) => (
          <li key={key} class={at === null ? 'ahead' : 'done'}>
            <span>{say(key)}</span>
            <Shown at={at}>{at !== null && voice.moment(at.getTime())}</Shown>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Shown({ at, children }: { at: Date | null; children: ComponentChildren }): VNode {
  return at === null ? <span aria-hidden="true">…</span> : <bdi class="quiet">{children}</bdi>
}
