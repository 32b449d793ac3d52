import type { VNode } from 'preact'
import { waysToLetGo } from '../../tickets/hand-back.ts'
import { Csrf, type PageContext } from '../layout.page.tsx'
import type { TicketPage } from './ticket.ts'

export type ReadyTexts = {
  readonly language: string
  readonly texts: Readonly<Record<string, string>>
}

/** The ways to write to the resident. */
export const ways = ['tell', 'ask', 'resolve'] as const
type Way = (typeof ways)[number]

/** What was written and not sent, with why. */
export type Draft = {
  readonly way: Way
  readonly text: string
  readonly ready: string
  readonly why: string
  /** Whether it may be sent as it is. */
  readonly maySend: boolean
}

/** What its handler can do with a ticket: each way to write stands apart from the others. */
export function Actions({
  context,
  ticket,
  answers,
  draft,
}: {
  context: PageContext
  ticket: TicketPage
  answers: ReadyTexts
  draft: Draft | undefined
}): VNode {
  const { voice, csrf } = context
  const { say } = voice
  const to = (path: string) => `/console/tickets/${ticket.code}/${path}`
  return (
    <div class="actions">
      {ticket.status === 'assigned' && (
        <form method="post" action={to('accept')} class="sheet next">
          <Csrf token={csrf} />
          <button type="submit" class="main">
            {say('button.accept')}
          </button>
        </form>
      )}
      {ways
        .filter((way) => ticket.status === 'accepted' || draft?.way === way)
        .map((way) => (
          <Write
            key={way}
            context={context}
            ticket={ticket}
            answers={answers}
            way={way}
            draft={draft?.way === way ? draft : undefined}
          />
        ))}
      {(ticket.status === 'assigned' || ticket.status === 'accepted') && (
        <details class="sheet">
          <summary>{say('button.handBack')}</summary>
          <form method="post" action={to('hand-back')}>
            <Csrf token={csrf} />
            <label for="reason">{say('console.reason')}</label>
            <select id="reason" name="reason">
              {waysToLetGo.map((reason) => (
                <option key={reason} value={reason}>
                  {say(`handBack.${reason}`)}
                </option>
              ))}
            </select>
            <button type="submit" class="danger">
              {say('button.handBack')}
            </button>
          </form>
        </details>
      )}
    </div>
  )
}

function Write({
  context: { voice, csrf },
  ticket,
  answers,
  way,
  draft,
}: {
  context: PageContext
  ticket: TicketPage
  answers: ReadyTexts
  way: Way
  draft: Draft | undefined
}): VNode {
  const { say } = voice
  return (
    <details class={`sheet write ${way}`} name="write" open={draft !== undefined}>
      <summary>{say(`act.${way}`)}</summary>
      <form
        method="post"
        action={`/console/tickets/${ticket.code}/${way}?_csrf=${encodeURIComponent(csrf)}`}
        encType="multipart/form-data"
      >
        {draft !== undefined && (
          <p class="refused sheet" role="alert">
            {draft.why}
          </p>
        )}
        <label for={`words-${way}`}>{say('console.toResident')}</label>
        <textarea id={`words-${way}`} name="text" maxLength={3000} dir="auto">
          {draft?.text}
        </textarea>
        <label for={`ready-${way}`}>{say('console.ready')}</label>
        <select id={`ready-${way}`} name="ready" lang={answers.language} dir="auto">
          <option value="">–</option>
          {Object.entries(answers.texts).map(([answer, text]) => (
            <option key={answer} value={answer} selected={answer === draft?.ready}>
              {text}
            </option>
          ))}
        </select>
        <label for={`photos-${way}`}>{say('act.photos')}</label>
        <input id={`photos-${way}`} type="file" name="photos" accept="image/*" multiple />
        <div class="row">
          <button type="submit" class="main">
            {say(way === 'resolve' ? 'button.resolve' : 'act.send')}
          </button>
          {draft?.maySend === true && (
            <button type="submit" name="anyway" value="yes">
              {say('act.sendAnyway')}
            </button>
          )}
        </div>
      </form>
    </details>
  )
}

/** What was written to a ticket that is somebody else's now: its writer keeps it. */
export function NotSent({ draft }: { draft: Draft }): VNode {
  return (
    <div class="sheet refused" role="alert">
      <p>{draft.why}</p>
      <textarea readOnly dir="auto" aria-label={draft.why}>
        {draft.text}
      </textarea>
    </div>
  )
}

/** For a lead: the members of the team who may get the ticket by hand. */
export function GiveTo({
  context: { voice, csrf },
  ticket,
}: {
  context: PageContext
  ticket: TicketPage
}): VNode | null {
  if (ticket.mayGiveTo.length === 0) return null
  return (
    <div class="actions">
      <form method="post" action={`/console/tickets/${ticket.code}/reassign`} class="sheet">
        <Csrf token={csrf} />
        <label for="member">{voice.say('console.giveTo')}</label>
        <select id="member" name="member">
          {ticket.mayGiveTo.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <button type="submit">{voice.say('console.giveTo')}</button>
      </form>
    </div>
  )
}
