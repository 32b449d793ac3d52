import type { VNode } from 'preact'
import { entryOf } from '../../categories/category.ts'
import { asReadBy } from '../../language/reading.ts'
import type { Voice } from '../../language/render.ts'
import { targetOf } from '../../organisation/deadline.ts'
import type { Office } from '../../organisation/office.ts'
import { may } from '../../organisation/role.ts'
import { workingTimeBetween } from '../../organisation/working-time.ts'
import { readReason } from '../../tickets/assignment-reason.ts'
import { Code, Csrf, type PageContext } from '../layout.page.tsx'
import { Actions, GiveTo, type ReadyTexts } from './actions.page.tsx'
import type { ListedTicket, TicketPage } from './ticket.ts'

/** A member's own tickets and, for a lead, those of the team. */
export function Lists({
  context: { voice, staff, csrf },
  mine,
  team,
  now,
}: {
  context: PageContext
  mine: readonly ListedTicket[]
  team: readonly ListedTicket[]
  now: number
}): VNode {
  const { say } = voice
  return (
    <>
      <form method="post" action="/console/duty" class="sheet">
        <Csrf token={csrf} />
        <b>{say(staff?.onDuty === true ? 'console.onDuty' : 'console.offDuty')}</b>{' '}
        <button type="submit" name="onDuty" value={staff?.onDuty === true ? 'no' : 'yes'}>
          {say(staff?.onDuty === true ? 'console.goOffDuty' : 'console.goOnDuty')}
        </button>
      </form>
      <form method="post" action="/console/leave" class="sheet">
        <Csrf token={csrf} />
        <label for="days">{say('console.leave')}</label>{' '}
        <input id="days" name="days" type="number" min={1} max={99} required inputMode="numeric" />{' '}
        <button type="submit">{say('console.takeLeave')}</button>
      </form>
      <div id="live">
        <h1>{say('console.mine')}</h1>
        <List voice={voice} tickets={mine} now={now} />
        {staff !== undefined && may(staff, 'leadTeam') && (
          <>
            <h2>{say('console.team')}</h2>
            <List voice={voice} tickets={team} now={now} />
          </>
        )}
      </div>
    </>
  )
}

function List({
  voice,
  tickets: shown,
  now,
}: {
  voice: Voice
  tickets: readonly ListedTicket[]
  now: number
}): VNode {
  if (shown.length === 0) return <p class="quiet">{voice.say('console.none')}</p>
  return (
    <>
      {shown.map((ticket) => (
        <a key={ticket.code} class="ticket" href={`/console/tickets/${ticket.code}`}>
          <b>
            <span aria-hidden="true">{entryOf(ticket.category).emblem}</span>{' '}
            {voice.say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>
          </b>
          <span class="meta">
            <Code>{ticket.code}</Code> · {voice.say(`status.${ticket.status}`)} ·{' '}
            <Due voice={voice} ticket={ticket} now={now} />
          </span>
        </a>
      ))}
    </>
  )
}

function Due({ voice, ticket, now }: { voice: Voice; ticket: ListedTicket; now: number }): VNode {
  const isLate = ticket.status !== 'resolved' && ticket.dueAt.getTime() < now
  return (
    <>
      {voice.say('console.due')}: <bdi>{voice.moment(ticket.dueAt.getTime())}</bdi>{' '}
      {isLate && <span class="overdue">{voice.say('console.overdue')}</span>}
    </>
  )
}

/**
 * How much time is left until the deadline; nothing when there is none to keep, or when it stands
 * still.
 */
export function leftOf(
  ticket: TicketPage,
  { calendar, targets }: Office,
  now: number,
): { readonly ms: number; readonly byTheClock: boolean } | undefined {
  if (
    ticket.waitsForResident ||
    !['open', 'assigned', 'accepted'].includes(ticket.status) ||
    ticket.dueAt.getTime() <= now
  )
    return undefined
  const { byTheClock } = targetOf(ticket.category, ticket.priority, targets)
  const due = ticket.dueAt.getTime()
  return { ms: byTheClock ? due - now : workingTimeBetween(now, due, calendar), byTheClock }
}

/** One ticket with its messages and what its handler can do. */
export function TicketView({
  context,
  ticket,
  left,
  answers,
  now,
  refused,
}: {
  context: PageContext
  ticket: TicketPage
  left: ReturnType<typeof leftOf>
  answers: ReadyTexts
  now: number
  refused: string | undefined
}): VNode {
  const { voice } = context
  const { say } = voice
  return (
    <>
      <h1>
        <span aria-hidden="true">{entryOf(ticket.category).emblem}</span>{' '}
        {say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>
      </h1>
      <p class="meta">
        <Code>{ticket.code}</Code> · {say(`status.${ticket.status}`)} ·{' '}
        <Due voice={voice} ticket={ticket} now={now} />
        {left !== undefined &&
          ` · ${say(left.byTheClock ? 'console.leftByTheClock' : 'console.left', { time: { text: voice.workingTime(left.ms) } })}`}
        {ticket.waitsForResident && ` · ${say('console.standsStill')}`}
      </p>
      {ticket.openedUntil !== undefined && (
        <p class="sheet refused">
          {say('breakGlass.notice', { at: { at: ticket.openedUntil.getTime() } })}
        </p>
      )}
      {ticket.priority === 'danger' && <p class="sheet refused">{say('card.urgent')}</p>}
      {refused !== undefined && (
        <p class="sheet refused">
          {say('console.refused', { reason: { text: refusalText(voice, refused, ticket.code) } })}
        </p>
      )}
      {ticket.residentUnreachable && <p class="sheet refused">{say('card.unreachable')}</p>}
      <div class="sheet">
        {ticket.messages.map((message, index) => (
          <div key={index} class={`message ${message.by}`} dir="auto">
            <Words text={message.text} reads={ticket.viewerReads} voice={voice} />
            {message.files.map((file) =>
              file.kind === 'photo' ? (
                <img key={file.id} src={`/console/files/${file.id}`} alt={say('console.file')} />
              ) : (
                <audio
                  key={file.id}
                  controls
                  preload="none"
                  src={`/console/files/${file.id}`}
                  aria-label={say('console.file')}
                />
              ),
            )}
          </div>
        ))}
      </div>
      {ticket.isMine && <Actions context={context} ticket={ticket} answers={answers} />}
      <GiveTo context={context} ticket={ticket} />
      <h2>{say('console.why')}</h2>
      {readReason(voice, ticket.reason).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <h2>{say('console.history')}</h2>
      <ol>
        {ticket.events.map((event, index) => (
          <li key={index}>
            {say(`event.${event.type}` as 'event.opened')} —{' '}
            <bdi>{voice.moment(event.at.getTime())}</bdi>
          </li>
        ))}
      </ol>
    </>
  )
}

/** What somebody wrote, in a script that the viewer reads; as it was written a press away. */
function Words({
  text,
  reads,
  voice,
}: {
  text: string
  reads: readonly string[]
  voice: Voice
}): VNode {
  const read = asReadBy(text, reads)
  if (read.from === undefined) return <>{text}</>
  return (
    <>
      {read.text}
      <details class="quiet">
        <summary>
          {voice.say('converted')} {voice.say('button.original')}
        </summary>
        <div dir="auto">{text}</div>
      </details>
    </>
  )
}

const refusals = [
  'alreadyTaken',
  'notAccepted',
  'notResolved',
  'alreadyResolved',
  'alreadyOver',
  'alreadyOpened',
  'nobodyHasIt',
  'notClosed',
  'notYours',
  'notOfTheTeam',
  'tooLateForWrongAddress',
  'heldLink',
  'heldNumber',
  'heldPapers',
] as const

function refusalText(voice: Voice, reason: string, code: string): string {
  const known = refusals.find((each) => each === reason)
  return voice.say(known === undefined ? 'console.notFound' : `refused.${known}`, {
    code: { code },
  })
}
