import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { listSetAside, takeUpAgain } from '../../mailbox/inbound.store.ts'
import { listUnsent, sendAgain } from '../../mailbox/unsent.store.ts'
import type { RowNames } from '../../platform/sealing/row-names.ts'
import { Csrf, Moment, type PageContext, Table, Wide } from '../layout.page.tsx'
import { type ConsoleOptions, onlyWho, sendPage, viewer } from '../session.routes.tsx'
import { queuesPath } from './queues.routes.ts'

/** What the page needs beside the rest: that a conversation is looked at again. */
export type MessagesOptions = {
  readonly rows: RowNames
  readonly wake: (conversationId: string) => Promise<void>
  /** The same for what waits to be sent to it. */
  readonly wakeDelivery: (conversationId: string) => Promise<void>
}

/**
 * For an administrator: messages that could not be handled or sent, with what is wrong and without
 * what was written.
 */
export const messagesPage: FastifyPluginAsyncZod<ConsoleOptions & MessagesOptions> = async (
  app,
  options,
) => {
  app.addHook('preHandler', onlyWho(options, 'administer'))
  const { db, rows, wake, wakeDelivery } = options
  const hide = { hide: true } as const

  app.get('/console/admin/messages', { schema: hide }, async (request, reply) => {
    const seen = await viewer(options, request, reply)
    return sendPage(
      reply,
      seen.context,
      seen.context.voice.say('messages.title'),
      <Page
        context={seen.context}
        received={(await listSetAside(db)).map((each) => ({
          ...each,
          id: rows.nameOf(each.id),
          at: each.receivedAt,
        }))}
        unsent={(await listUnsent(db)).map((each) => ({
          ...each,
          id: rows.nameOf(each.id),
          at: each.createdAt,
        }))}
      />,
    )
  })

  app.post(
    '/console/admin/messages/:id/retry',
    { schema: { ...hide, params: z.object({ id: z.string().max(60) }) } },
    async (request, reply) => {
      const conversation = await takeUpAgain(db, rows.idOf(request.params.id) ?? 0n)
      if (conversation !== undefined) await wake(conversation)
      return reply.redirect('/console/admin/messages', 303)
    },
  )

  app.post(
    '/console/admin/unsent/:id/retry',
    { schema: { ...hide, params: z.object({ id: z.string().max(60) }) } },
    async (request, reply) => {
      const conversation = await sendAgain(db, rows.idOf(request.params.id) ?? 0n)
      if (conversation !== undefined) await wakeDelivery(conversation)
      return reply.redirect('/console/admin/messages', 303)
    },
  )
}

type Aside = {
  readonly id: string
  readonly channel: string
  readonly at: Date
  readonly attempts: number
  readonly error: string | null
}

function Page({
  context,
  received,
  unsent,
}: {
  context: PageContext
  received: readonly Aside[]
  unsent: readonly Aside[]
}): VNode {
  const { say } = context.voice
  return (
    <>
      <h1>{say('messages.title')}</h1>
      <p class="quiet">{say('messages.about')}</p>
      <p>
        <a href={queuesPath}>{say('messages.queues')}</a>
      </p>
      <List context={context} messages={received} path="/console/admin/messages" />
      <h2>{say('messages.unsent')}</h2>
      <p class="quiet">{say('messages.unsentAbout')}</p>
      <List context={context} messages={unsent} path="/console/admin/unsent" />
    </>
  )
}

function List({
  context: { voice, csrf },
  messages,
  path,
}: {
  context: PageContext
  messages: readonly Aside[]
  path: string
}): VNode {
  const { say } = voice
  if (messages.length === 0) return <p>{say('console.none')}</p>
  return (
    <Wide>
      <Table corner={say('messages.received')} heads={[say('messages.error'), '']}>
        {messages.map(({ id, channel, at, attempts, error }) => (
          <tr key={id}>
            <th scope="row">
              <Moment voice={voice} at={at} />
            </th>
            <td>
              <bdi dir="ltr">
                {channel}, {attempts}×: {error ?? '–'}
              </bdi>
            </td>
            <td>
              <form method="post" action={`${path}/${id}/retry`}>
                <Csrf token={csrf} />
                <button type="submit">{say('messages.retry')}</button>
              </form>
            </td>
          </tr>
        ))}
      </Table>
    </Wide>
  )
}
