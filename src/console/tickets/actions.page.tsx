import type { VNode } from 'preact'
import { waysToLetGo } from '../../tickets/hand-back.ts'
import { Csrf, type PageContext } from '../layout.page.tsx'
import type { TicketPage } from './ticket.ts'

export type ReadyTexts = {
  readonly language: string
  readonly texts: Readonly<Record<string, string>>
}

export function Actions({
  context: { voice, csrf },
  ticket,
  answers,
}: {
  context: PageContext
  ticket: TicketPage
  answers: ReadyTexts
}): VNode {
  const { say } = voice
  const to = (path: string) => `/console/tickets/${ticket.code}/${path}`
  return (
    <div class="actions">
      {ticket.status === 'assigned' && (
        <form method="post" action={to('accept')} class="sheet">
          <Csrf token={csrf} />
          <button type="submit" class="main">
            {say('button.accept')}
          </button>
        </form>
      )}
      {ticket.status === 'accepted' && (
        <form method="post" action={to('resolve')} class="sheet">
          <Csrf token={csrf} />
          <label for="words">{say('console.toResident')}</label>
          <textarea id="words" name="text" maxLength={3000} dir="auto" />
          <label for="ready">{say('console.ready')}</label>
          <select id="ready" name="ready" lang={answers.language} dir="auto">
            <option value="">–</option>
            {Object.entries(answers.texts).map(([answer, text]) => (
              <option key={answer} value={answer}>
                {text}
              </option>
            ))}
          </select>
          <div>
            <button type="submit" class="main">
              {say('button.resolve')}
            </button>{' '}
            <button type="submit" formAction={to('ask')}>
              {say('button.ask')}
            </button>{' '}
            <button type="submit" formAction={to('tell')}>
              {say('button.tell')}
            </button>
          </div>
        </form>
      )}
      {(ticket.status === 'assigned' || ticket.status === 'accepted') && (
        <form method="post" action={to('hand-back')} class="sheet">
          <Csrf token={csrf} />
          <label for="reason">{say('console.reason')}</label>
          <select id="reason" name="reason">
            {waysToLetGo.map((reason) => (
              <option key={reason} value={reason}>
                {say(`handBack.${reason}`)}
              </option>
            ))}
          </select>
          <button type="submit">{say('button.handBack')}</button>
        </form>
      )}
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
