import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Finding } from '../../platform/finding.ts'
import { type ConsoleOptions, onlyWho, sendPage, viewer } from '../session.routes.tsx'
import { Checklist, type Found } from './checklist.page.tsx'
import { readChecklist } from './checklist.store.ts'

/** What the page needs beside the rest. */
export type ChecklistOptions = {
  /** How many chats residents and members can come by. */
  readonly channels: number
  /** What `jawab doctor` finds. */
  readonly examine: () => Promise<readonly Finding[]>
}

const hide = { hide: true } as const

/** `/console/admin`: what there is and what is still to be done, each with the way to it. */
export const checklist: FastifyPluginAsyncZod<ConsoleOptions & ChecklistOptions> = async (
  app,
  options,
) => {
  app.addHook('preHandler', onlyWho(options, 'administer'))
  const { db, now, isDemo, channels, examine } = options
  const show = async (request: FastifyRequest, reply: FastifyReply, found: Found | undefined) => {
    const { context } = await viewer(options, request, reply)
    const facts = { ...(await readChecklist(db, new Date(now()))), isDemo, channels }
    return sendPage(
      reply,
      context,
      context.voice.say('checklist.title'),
      <Checklist context={context} facts={facts} found={found} now={now()} />,
    )
  }
  app.get('/console/admin', { schema: hide }, async (request, reply) =>
    show(request, reply, undefined),
  )
  // The whole record of readings is checked, so it is asked for by a form.
  app.post('/console/admin/examine', { schema: hide }, async (request, reply) => {
    const findings = await examine()
    const wrong = findings.filter((finding) => finding.wrong !== undefined).length
    const notes = findings.filter(
      (finding) => finding.wrong === undefined && finding.note !== undefined,
    ).length
    return show(request, reply, { wrong, notes, fine: findings.length - wrong - notes })
  })
}
