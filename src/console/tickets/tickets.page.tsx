import type { VNode } from 'preact'
import { entryOf } from '../../categories/category.ts'
import { asReadBy } from '../../language/reading.ts'
import type { Voice } from '../../language/render.ts'
import { writtenLanguages } from '../../language/written-language.ts'
import { targetOf } from '../../organisation/deadline.ts'
import type { Office } from '../../organisation/office.ts'
import { workingTimeBetween } from '../../organisation/working-time.ts'
import { readReason } from '../../tickets/assignment-reason.ts'
import { mostOfANote } from '../../tickets/note.ts'
import { Code, Csrf, type PageContext } from '../layout.page.tsx'
import { Actions, type Draft, GiveTo, NotSent, type ReadyTexts } from './actions.page.tsx'
import type { TicketPage } from './ticket.ts'

function Due({ voice, ticket, now }: { voice: Voice; ticket: TicketPage; now: number }): VNode {
  const isLate =
    ticket.status !== 'resolved' && !ticket.waitsForResident && ticket.dueAt.getTime() < now
  return (
    <>
      <bdi>{voice.moment(ticket.dueAt.getTime())}</bdi>{' '}
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

/** One ticket: the talk and what its handler can do, and beside them the facts. */
export function TicketView({
  context,
  ticket,
  left,
  answers,
  now,
  refused,
  draft,
}: {
  context: PageContext
  ticket: TicketPage
  left: ReturnType<typeof leftOf>
  answers: ReadyTexts
  now: number
  refused: string | undefined
  draft: Draft | undefined
}): VNode {
  const { voice } = context
  const { say } = voice
  return (
    <div
      class="desk"
      data-version={ticket.version}
      data-version-at={`/console/tickets/${ticket.code}/version`}
    >
      <nav
        class="beside"
        data-live="list"
        data-from={`/console/tickets?list=${ticket.isMine ? 'mine' : 'team'}`}
        aria-label={say(ticket.isMine ? 'console.mine' : 'console.team')}
      />
      <div>
        <div data-live="head">
          <h1>
            <span aria-hidden="true">{entryOf(ticket.category).emblem}</span>{' '}
            {say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>
          </h1>
          <p class="meta">
            <Code>{ticket.code}</Code> · {say(`status.${ticket.status}`)}
            {ticket.waitsForResident && ` · ${say('console.standsStill')}`}
          </p>
          {ticket.openedUntil !== undefined && (
            <p class="sheet refused">
              {say('breakGlass.notice', { at: { at: ticket.openedUntil.getTime() } })}
            </p>
          )}
          {ticket.priority === 'danger' && <p class="sheet refused">{say('card.urgent')}</p>}
          {ticket.residentUnreachable && <p class="sheet refused">{say('card.unreachable')}</p>}
        </div>
        {refused !== undefined && (
          <p class="sheet refused">
            {say('console.refused', {
              reason: { text: refusalText(voice, refused, ticket.code) },
            })}
          </p>
        )}
        <h2 class="hidden">{say('talk.title')}</h2>
        <div class="talk" data-live="talk">
          {ticket.messages.map((message, index) => (
            <Message key={index} voice={voice} message={message} reads={ticket.viewerReads} />
          ))}
        </div>
        <div data-live="actions">
          {ticket.isMine && (
            <>
              <p class="quiet">{say('act.residentWrites', { language: tongueOf(ticket) })}</p>
              <Actions context={context} ticket={ticket} answers={answers} draft={draft} />
            </>
          )}
        </div>
        {draft !== undefined && !ticket.isMine && <NotSent draft={draft} />}
        <GiveTo context={context} ticket={ticket} />
      </div>
      <aside aria-label={say('act.facts')} data-live="facts">
        <dl class="sheet facts">
          <dt>{say('console.due')}</dt>
          <dd>
            <Due voice={voice} ticket={ticket} now={now} />
            {left !== undefined && (
              <div class="quiet">
                {say(left.byTheClock ? 'console.leftByTheClock' : 'console.left', {
                  time: { text: voice.workingTime(left.ms) },
                })}
              </div>
            )}
          </dd>
          <dt>{say('console.opened')}</dt>
          <dd>
            <bdi>{voice.moment(ticket.openedAt.getTime())}</bdi>
          </dd>
          {ticket.assigneeName !== null && (
            <>
              <dt>{say('talk.handler')}</dt>
              <dd>
                <bdi>{ticket.assigneeName}</bdi>
              </dd>
            </>
          )}
        </dl>
        <Notes context={context} ticket={ticket} />
        <details class="sheet" open>
          <summary>{say('console.why')}</summary>
          {readReason(voice, ticket.reason).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </details>
        <details class="sheet" open>
          <summary>{say('console.history')}</summary>
          <ol>
            {ticket.events.map((event, index) => (
              <li key={index}>
                {say(`event.${event.type}` as 'event.opened')} —{' '}
                <bdi>{voice.moment(event.at.getTime())}</bdi>
              </li>
            ))}
          </ol>
        </details>
      </aside>
    </div>
  )
}

/** What the team has noted for itself, and a field for more. */
function Notes({ context, ticket }: { context: PageContext; ticket: TicketPage }): VNode | null {
  const { voice, csrf } = context
  const { say } = voice
  if (ticket.notes.length === 0 && !ticket.mayNote) return null
  return (
    <details class="sheet" open={ticket.notes.length > 0}>
      <summary>{say('note.title')}</summary>
      {ticket.notes.map((note, index) => (
        <div key={index} class="note">
          <p class="who">
            {note.name !== null && (
              <>
                <bdi>{note.name}</bdi> ·{' '}
              </>
            )}
            <bdi>{voice.moment(note.at.getTime())}</bdi>
          </p>
          <div dir="auto" class="words">
            {note.text}
          </div>
        </div>
      ))}
      {ticket.mayNote && (
        <form method="post" action={`/console/tickets/${ticket.code}/note`}>
          <Csrf token={csrf} />
          <p class="quiet" id="note-about">
            {say('note.about')}
          </p>
          <textarea
            name="text"
            required
            maxLength={mostOfANote}
            dir="auto"
            aria-label={say('note.title')}
            aria-describedby="note-about"
          />
          <button type="submit">{say('note.add')}</button>
        </form>
      )}
    </details>
  )
}

/** What the resident's language and script are called; a language that an old row has is Chinese. */
function tongueOf({ language }: TicketPage) {
  const known = writtenLanguages.find((each) => each === language) ?? 'zh-Hans'
  return { key: `tongue.${known}` as const }
}

function Message({
  voice,
  message,
  reads,
}: {
  voice: Voice
  message: TicketPage['messages'][number]
  reads: readonly string[]
}): VNode {
  const { say } = voice
  return (
    <div class={`message ${message.by}`}>
      <p class="who">
        {say(message.by === 'member' ? 'talk.team' : 'talk.resident')} ·{' '}
        <bdi>{voice.moment(message.at.getTime())}</bdi>
      </p>
      <div dir="auto" class="words">
        <Words text={message.text} reads={reads} voice={voice} />
      </div>
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
  'nobodyThere',
  'tooLateForWrongAddress',
  'heldLink',
  'heldNumber',
  'heldPapers',
] as const

/** Why something was refused, in words. */
export function refusalText(voice: Voice, reason: string, code: string): string {
  const known = refusals.find((each) => each === reason)
  return voice.say(known === undefined ? 'console.notFound' : `refused.${known}`, {
    code: { code },
  })
}
