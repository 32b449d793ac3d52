import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { listSetAside, type SetAside, takeUpAgain } from '../../store/inbound.ts'
import { Csrf, Moment, type PageContext, Table } from '../layout.tsx'
import { type ConsoleOptions, needRole, sendPage } from '../session.tsx'
import { queuesPath } from './queues.ts'

/** What the page needs beside the rest: that a conversation is looked at again. */
export type MessagesOptions = { readonly wake: (conversationId: string) => Promise<void> }

/** For an administrator: messages that could not be handled, with what is wrong and without what was written. */
export const messagesPage: FastifyPluginAsyncZod<ConsoleOptions & MessagesOptions> = async (app, options) => {
  const { db, wake } = options
  const hide = { hide: true } as const

  app.get('/console/admin/messages', { schema: hide }, async (request, reply) => {
    const seen = await needRole(options, 'administrator', request, reply)
    if (seen === undefined) return reply
    return sendPage(reply, seen.context, seen.context.voice.say('messages.title'), <Page context={seen.context} messages={await listSetAside(db)} />)
  })

  app.post('/console/admin/messages/:id/retry', { schema: { ...hide, params: z.object({ id: z.string().regex(/^\d{1,18}$/) }) } }, async (request, reply) => {
    const seen = await needRole(options, 'administrator', request, reply)
    if (seen === undefined) return reply
    const conversation = await takeUpAgain(db, BigInt(request.params.id))
    if (conversation !== undefined) await wake(conversation)
    return reply.redirect('/console/admin/messages', 303)
  })
}

function Page({ context: { voice, csrf }, messages }: { context: PageContext; messages: readonly SetAside[] }): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say('messages.title')}</h1>
      <p class="quiet">{say('messages.about')}</p>
      <p>
        <a href={queuesPath}>{say('messages.queues')}</a>
      </p>
      {messages.length === 0 ? (
        <p>{say('console.none')}</p>
      ) : (
        <div class="sheet wide">
          <Table corner={say('messages.received')} heads={[say('messages.error'), '']}>
            {messages.map(({ id, channel, receivedAt, attempts, error }) => (
              <tr key={id}>
                <th scope="row">
                  <Moment voice={voice} at={receivedAt} />
                </th>
                <td>
                  <bdi dir="ltr">
                    {channel}, {attempts}×: {error ?? '–'}
                  </bdi>
                </td>
                <td>
                  <form method="post" action={`/console/admin/messages/${id}/retry`}>
                    <Csrf token={csrf} />
                    <button type="submit">{say('messages.retry')}</button>
                  </form>
                </td>
              </tr>
            ))}
          </Table>
        </div>
      )}
    </>
  )
}
