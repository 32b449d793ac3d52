import type { FastifyPluginAsync } from 'fastify'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { Head } from '../language/head.page.tsx'
import { problems } from '../platform/http/problem.ts'

/**
 * `/problems`: every `type` that an error of the API may have, for who programs against it. Each
 * type is an address of its own here.
 */
export const problemsPage: FastifyPluginAsync = async (app) => {
  const rows = Object.entries(problems).map(
    ([name, { status, title }]) =>
      `<tr id="${name}"><th scope="row"><a href="/problems/${name}">/problems/${name}</a></th><td>${status}</td><td>${title}</td></tr>`,
  )
  const head = renderToString(
    h(Head, { title: 'Jawab: problems', style: { href: '/console/console.css' } }),
  )
  const page = (shown: readonly string[]) =>
    `<!doctype html><html lang="en">${head}<body><main><h1>Problems</h1><p>Errors are problem documents (RFC 9457). Their <code>type</code> is one of these and stays the same; <code>detail</code> names the field.</p><div class="sheet wide"><table><thead><tr><th scope="col">type</th><th scope="col">status</th><th scope="col">title</th></tr></thead><tbody>${shown.join('')}</tbody></table></div></main></body></html>`
  const html = 'text/html; charset=utf-8'
  app.get('/problems', { schema: { hide: true } as object }, async (_, reply) =>
    reply.type(html).send(page(rows)),
  )
  for (const [index, name] of Object.keys(problems).entries())
    app.get(`/problems/${name}`, { schema: { hide: true } as object }, async (_, reply) =>
      reply.type(html).send(page(rows.slice(index, index + 1))),
    )
}
