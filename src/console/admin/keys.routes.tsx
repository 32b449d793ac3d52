import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { findPlace } from '../../organisation/places.store.ts'
import {
  type ListedKey,
  listApiKeys,
  makeApiKey,
  mostReportsAMinute,
  revokeApiKey,
  rights,
  usualReportsAMinute,
} from '../../platform/http/api-keys.ts'
import { Code, Csrf, Moment, type PageContext, Table, Wide } from '../layout.page.tsx'
import { type ConsoleOptions, onlyWho, sendPage, viewer } from '../session.routes.tsx'

const NewKey = z.object({
  label: z.string().trim().min(1).max(80),
  area: z.string().trim().min(1).max(60),
  rights: z
    .union([z.enum(rights), z.array(z.enum(rights))])
    .transform((given) => (Array.isArray(given) ? given : [given]))
    .optional(),
  reportsAMinute: z.coerce.number().int().min(1).max(mostReportsAMinute).optional(),
})

/** For an administrator: the keys of programs. A key is shown once, when it is made. */
export const keysPage: FastifyPluginAsyncZod<ConsoleOptions> = async (app, options) => {
  app.addHook('preHandler', onlyWho(options, 'administer'))
  const { db, now } = options
  const hide = { hide: true } as const

  app.get('/console/admin/keys', { schema: hide }, async (request, reply) => {
    const seen = await viewer(options, request, reply)
    return sendPage(
      reply,
      seen.context,
      seen.context.voice.say('keys.title'),
      <Keys context={seen.context} keys={await listApiKeys(db)} />,
    )
  })

  app.post('/console/admin/keys', { schema: { ...hide, body: NewKey } }, async (request, reply) => {
    const seen = await viewer(options, request, reply)
    const { context, staff } = seen
    const { label, area, rights: given = [], reportsAMinute } = request.body
    const place = await findPlace(db, area)
    const wrong =
      place === undefined ? ('area' as const) : given.length === 0 ? ('rights' as const) : undefined
    const key =
      wrong === undefined
        ? await makeApiKey(
            db,
            {
              label,
              rights: [...new Set(given)],
              areaCode: area,
              reportsAMinute,
              createdById: staff.id,
            },
            new Date(now()),
          )
        : undefined
    return sendPage(
      reply.code(wrong === undefined ? 200 : 400),
      context,
      context.voice.say('keys.title'),
      <Keys context={context} keys={await listApiKeys(db)} made={key} wrong={wrong} />,
    )
  })

  app.post(
    '/console/admin/keys/:id/revoke',
    { schema: { ...hide, params: z.object({ id: z.uuid() }) } },
    async (request, reply) => {
      await revokeApiKey(db, request.params.id, new Date(now()))
      return reply.redirect('/console/admin/keys', 303)
    },
  )
}

function Keys({
  context: { voice, csrf },
  keys,
  made,
  wrong,
}: {
  context: PageContext
  keys: readonly ListedKey[]
  made?: string | undefined
  wrong?: 'area' | 'rights' | undefined
}): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say('keys.title')}</h1>
      <p class="quiet">{say('keys.about')}</p>
      {made !== undefined && (
        <div class="sheet" role="status">
          <p>{say('keys.shownOnce')}</p>
          <p class="secret">
            <Code>{made}</Code>
          </p>
        </div>
      )}
      {wrong !== undefined && <p class="sheet refused">{say(`keys.wrong.${wrong}`)}</p>}
      <form method="post" action="/console/admin/keys" class="sheet fields">
        <Csrf token={csrf} />
        <label>
          <span>{say('keys.label')}</span>
          <input name="label" required maxLength={80} dir="auto" />
        </label>
        <label>
          <span>{say('keys.area')}</span>
          <input name="area" required maxLength={60} dir="ltr" autocapitalize="characters" />
        </label>
        <fieldset>
          <legend>{say('keys.rights')}</legend>
          {rights.map((right) => (
            <label key={right} class="choice">
              <input type="checkbox" name="rights" value={right} /> {say(`keys.right.${right}`)}
            </label>
          ))}
        </fieldset>
        <label>
          <span>{say('keys.reportsAMinute')}</span>
          <input
            name="reportsAMinute"
            type="number"
            required
            min={1}
            max={mostReportsAMinute}
            value={usualReportsAMinute}
          />
        </label>
        <button type="submit" class="main">
          {say('keys.make')}
        </button>
      </form>
      <Wide>
        <Table
          corner={say('keys.label')}
          heads={[say('keys.rights'), say('keys.area'), say('keys.lastUsed'), '']}
        >
          {keys.map((key) => (
            <tr key={key.id}>
              <th scope="row">
                <bdi>{key.label}</bdi>
              </th>
              <td>
                {voice.list(key.rights.map((right) => say(`keys.right.${right}`)))}
                {key.rights.includes('reports') && (
                  <div class="quiet">
                    {say('keys.reportsAMinute')}: {key.reportsAMinute}
                  </div>
                )}
              </td>
              <td>
                <Code>{key.areaCode}</Code>
              </td>
              <td>
                <Moment voice={voice} at={key.lastUsedAt} />
              </td>
              <td>
                {key.revokedAt === null ? (
                  <form method="post" action={`/console/admin/keys/${key.id}/revoke`}>
                    <Csrf token={csrf} />
                    <button type="submit" aria-label={`${say('keys.revoke')}: ${key.label}`}>
                      {say('keys.revoke')}
                    </button>
                  </form>
                ) : (
                  <span class="quiet">{say('keys.revoked')}</span>
                )}
              </td>
            </tr>
          ))}
        </Table>
      </Wide>
    </>
  )
}
