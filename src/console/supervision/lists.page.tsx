import type { ComponentChildren, VNode } from 'preact'
import { entryOf } from '../../categories/category.ts'
import type { Voice } from '../../language/render.ts'
import { Code } from '../layout.page.tsx'
import type { ToActOn } from './to-act-on.ts'

export function ToActOnList({
  voice,
  tickets,
}: {
  voice: Voice
  tickets: readonly ToActOn[]
}): VNode {
  const { say } = voice
  if (tickets.length === 0) return <p class="quiet">{say('console.none')}</p>
  return (
    <>
      {tickets.map((ticket) => (
        <div key={ticket.code} class="sheet">
          <b>
            <span aria-hidden="true">{entryOf(ticket.category).emblem}</span>{' '}
            {say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>
          </b>
          <div class="meta">
            <Code>{ticket.code}</Code> · {say('console.opened')}:{' '}
            <bdi>{voice.moment(ticket.openedAt.getTime())}</bdi>
            {ticket.teamNames !== null && (
              <>
                {' · '}
                <bdi>{voice.name(ticket.teamNames)}</bdi>
              </>
            )}
          </div>
        </div>
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
