import type { ComponentChildren, VNode } from 'preact'
import { entryOf } from '../../categories/category.ts'
import type { Voice } from '../../language/render.ts'
import type { Instant } from '../../platform/instant.ts'
import { Code } from '../layout.page.tsx'
import { reasons, type ToActOn } from './to-act-on.ts'

/** What needs somebody to act, by why; each leads to the facts, where it can be acted on. */
export function ToActOnList({
  voice,
  tickets,
  now,
}: {
  voice: Voice
  tickets: readonly ToActOn[]
  now: Instant
}): VNode {
  const { say } = voice
  if (tickets.length === 0) return <p class="sheet quiet">{say('supervise.nothingToDo')}</p>
  return (
    <>
      {reasons
        .map((reason) => [reason, tickets.filter((each) => each.reason === reason)] as const)
        .filter(([, own]) => own.length > 0)
        .map(([reason, own]) => (
          <section key={reason} id={reason}>
            <h3 class={`group ${reason}`}>{say(`supervise.reason.${reason}`)}</h3>
            {own.map((ticket) => (
              <a
                key={ticket.code}
                class="ticket"
                href={`/console/supervision/tickets/${ticket.code}`}
              >
                <b>
                  <span aria-hidden="true">{entryOf(ticket.category).emblem}</span>{' '}
                  {say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>
                </b>
                <span class="meta">
                  <Code>{ticket.code}</Code> ·{' '}
                  {say('list.age', {
                    time: { text: voice.duration(now - ticket.openedAt.getTime()) },
                  })}
                  {ticket.dueAt.getTime() < now && (
                    <>
                      {' · '}
                      <span class="overdue">
                        {say('list.late', {
                          time: { text: voice.duration(now - ticket.dueAt.getTime()) },
                        })}
                      </span>
                    </>
                  )}
                  {ticket.teamNames !== null && (
                    <>
                      {' · '}
                      <bdi>{voice.name(ticket.teamNames)}</bdi>
                    </>
                  )}
                  {ticket.assigneeName !== null && (
                    <>
                      {' · '}
                      <bdi>{ticket.assigneeName}</bdi>
                    </>
                  )}
                </span>
              </a>
            ))}
          </section>
        ))}
    </>
  )
}

/** The table behind a drawing. */
export function TableBehind({
  voice,
  children,
}: {
  voice: Voice
  children: ComponentChildren
}): VNode {
  return (
    <details>
      <summary>{voice.say('supervise.asTable')}</summary>
      {children}
    </details>
  )
}
