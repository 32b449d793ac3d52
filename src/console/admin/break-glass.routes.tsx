import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { VNode } from 'preact'
import { z } from 'zod'
import { unitOfWork } from '../../organisation/unit-of-work.store.ts'
import type { AfterCommit } from '../../platform/after-commit.ts'
import { breakGlass, listOpened, shortestReason } from '../../privacy/break-glass.store.ts'
import { parseTicketCode } from '../../tickets/code.ts'
import { Csrf, type PageContext } from '../layout.page.tsx'
import { OpenedOutOfTurn, type Row } from '../opened-out-of-turn.page.tsx'
import { type ConsoleOptions, onlyWho, sendPage, viewer } from '../session.routes.tsx'

const Asked = z.object({ code: z.string().max(40), reason: z.string().trim().max(1000) })
type Wrong = 'noSuch' | 'tooShort'

/**
 * For an administrator: to open a text out of turn, in front of everybody who watches over it
 * (protection P14).
 */
export const breakGlassPage: FastifyPluginAsyncZod<
  ConsoleOptions & {
    readonly afterChange: (word: AfterCommit, openTickets: readonly string[]) => Promise<void>
  }
> = async (app, options) => {
  app.addHook('preHandler', onlyWho(options, 'administer'))
  const { db, office, now, afterChange } = options
  const hide = { hide: true } as const

  app.get('/console/admin/break-glass', { schema: hide }, async (request, reply) => {
    const seen = await viewer(options, request, reply)
    const page = <Page context={seen.context} opened={await listOpened(db, seen.staff.id)} />
    return sendPage(reply, seen.context, seen.context.voice.say('breakGlass.title'), page)
  })

  app.post(
    '/console/admin/break-glass',
    { schema: { ...hide, body: Asked } },
    async (request, reply) => {
      const seen = await viewer(options, request, reply)
      const { staff, context } = seen
      const parsed = parseTicketCode(request.body.code)
      const wrong = await open(parsed.ok ? parsed.code : '', request.body.reason)
      if (wrong === undefined && parsed.ok)
        return reply.redirect(`/console/tickets/${parsed.code}`, 303)
      const page = (
        <Page
          context={context}
          opened={await listOpened(db, staff.id)}
          asked={request.body}
          wrong={wrong}
        />
      )
      return sendPage(reply.code(400), context, context.voice.say('breakGlass.title'), page)

      async function open(code: string, reason: string): Promise<Wrong | undefined> {
        if (reason.length < shortestReason) return 'tooShort'
        const { result, after } = await unitOfWork(db, await office(), now(), (work) =>
          breakGlass(work, options.record, staff.id, code, reason),
        )
        await afterChange(after, [])
        return result ? undefined : 'noSuch'
      }
    },
  )
}

function Page({
  context: { voice, csrf },
  opened,
  asked,
  wrong,
}: {
  context: PageContext
  opened: readonly Row[]
  asked?: { readonly code: string; readonly reason: string }
  wrong?: Wrong | undefined
}): VNode {
  const { say } = voice
  return (
    <>
      <h1>{say('breakGlass.title')}</h1>
      <p>{say('breakGlass.about')}</p>
      {wrong !== undefined && (
        <p class="sheet refused">
          {say(`breakGlass.${wrong}`, { least: { text: String(shortestReason) } })}
        </p>
      )}
      <form method="post" action="/console/admin/break-glass" class="sheet fields">
        <Csrf token={csrf} />
        <label>
          <span>{say('breakGlass.code')}</span>
          <input
            name="code"
            required
            maxLength={40}
            dir="ltr"
            autocapitalize="characters"
            value={asked?.code}
          />
        </label>
        <label>
          <span>{say('breakGlass.reason')}</span>
          <textarea name="reason" required minLength={shortestReason} maxLength={1000} dir="auto">
            {asked?.reason}
          </textarea>
        </label>
        <button type="submit" class="main">
          {say('breakGlass.open')}
        </button>
      </form>
      <h2>{say('breakGlass.past')}</h2>
      <OpenedOutOfTurn voice={voice} opened={opened} />
    </>
  )
}
