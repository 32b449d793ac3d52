import type { VNode } from 'preact'
import { categories, entryOf } from '../../categories/category.ts'
import type { Voice } from '../../language/render.ts'
import { may } from '../../organisation/role.ts'
import { Code, Csrf, type PageContext } from '../layout.page.tsx'
import { type Group, grouped, groups } from './groups.ts'
import type { ListedTicket } from './ticket.ts'

/** Which list is looked at, and what of it. */
export type Asked = {
  readonly list: 'mine' | 'team' | 'closed'
  readonly group: Group | undefined
  readonly category: ListedTicket['category'] | undefined
  readonly page: number
}

const pageSize = 25

/**
 * The tickets that a member has in hand, what the rest of the team has, for a lead, or what is over:
 * what presses most comes first.
 */
export function Lists({
  context,
  asked,
  tickets,
  now,
}: {
  context: PageContext
  asked: Asked
  tickets: readonly ListedTicket[]
  now: number
}): VNode {
  const { voice, staff } = context
  const { say } = voice
  const lists = [
    ['mine', say('console.mine')],
    ...(staff !== undefined && may(staff, 'leadTeam')
      ? [['team', say('console.team')] as const]
      : []),
    ['closed', say('list.closed')],
  ] as const
  return (
    <>
      <nav class="tabs" aria-label={say('console.mine')}>
        {lists.map(([list, name]) => (
          <a
            key={list}
            href={`/console/tickets?list=${list}`}
            aria-current={list === asked.list ? 'page' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      <div data-live="list">
        <h1>{lists.find(([list]) => list === asked.list)?.[1]}</h1>
        <Shown voice={voice} asked={asked} tickets={tickets} now={now} />
      </div>
      <DutyForms context={context} />
    </>
  )
}

function Shown({
  voice,
  asked,
  tickets,
  now,
}: {
  voice: Voice
  asked: Asked
  tickets: readonly ListedTicket[]
  now: number
}): VNode {
  const { say } = voice
  const all =
    asked.list === 'closed'
      ? tickets.map((ticket) => ({ group: undefined, ticket }))
      : grouped(tickets, now)
  const wanted = all.filter(
    ({ group, ticket }) =>
      (asked.group === undefined || group === asked.group) &&
      (asked.category === undefined || ticket.category === asked.category),
  )
  const from = Math.min((asked.page - 1) * pageSize, Math.max(0, wanted.length - 1))
  const shown = wanted.slice(from, from + pageSize)
  const count = (group: Group) => all.filter((each) => each.group === group).length
  const address = (page: number) =>
    `?${new URLSearchParams({
      list: asked.list,
      ...(asked.group === undefined ? {} : { group: asked.group }),
      ...(asked.category === undefined ? {} : { category: asked.category }),
      page: String(page),
    })}`
  return (
    <>
      {all.length > 0 && <Filter voice={voice} asked={asked} tickets={tickets} count={count} />}
      {shown.length === 0 && <p class="sheet quiet">{say('console.none')}</p>}
      {shown.map(({ group, ticket }, at) => (
        <div key={ticket.code}>
          {group !== undefined && group !== shown[at - 1]?.group && (
            <h2 class={`group ${group}`}>
              {say(`list.group.${group}`)} <span class="quiet">{count(group)}</span>
            </h2>
          )}
          <Row voice={voice} ticket={ticket} list={asked.list} now={now} />
        </div>
      ))}
      {wanted.length > pageSize && (
        <p class="row">
          <span class="quiet">
            {say('list.shown', {
              from: { count: from + 1 },
              until: { count: from + shown.length },
              count: { count: wanted.length },
            })}
          </span>
          <span>
            {from > 0 && <a href={address(asked.page - 1)}>← {say('supervise.earlierOnes')}</a>}{' '}
            {from + pageSize < wanted.length && (
              <a href={address(asked.page + 1)}>{say('supervise.laterOnes')} →</a>
            )}
          </span>
        </p>
      )}
    </>
  )
}

function Filter({
  voice,
  asked,
  tickets,
  count,
}: {
  voice: Voice
  asked: Asked
  tickets: readonly ListedTicket[]
  count: (group: Group) => number
}): VNode {
  const { say } = voice
  return (
    <form method="get" class="sheet filter">
      <input type="hidden" name="list" value={asked.list} />
      {asked.list !== 'closed' && (
        <label>
          <span class="quiet">{say('list.state')}</span>
          <select name="group">
            <option value="">{say('list.all')}</option>
            {groups
              .filter((group) => count(group) > 0 || group === asked.group)
              .map((group) => (
                <option key={group} value={group} selected={group === asked.group}>
                  {say(`list.group.${group}`)} ({count(group)})
                </option>
              ))}
          </select>
        </label>
      )}
      <label>
        <span class="quiet">{say('supervise.category')}</span>
        <select name="category">
          <option value="">{say('supervise.allCategories')}</option>
          {categories
            .filter((each) => tickets.some(({ category }) => category === each))
            .map((each) => (
              <option key={each} value={each} selected={each === asked.category}>
                {say(`category.${each}`)}
              </option>
            ))}
        </select>
      </label>
      <button type="submit">{say('supervise.show')}</button>
    </form>
  )
}

function Row({
  voice,
  ticket,
  list,
  now,
}: {
  voice: Voice
  ticket: ListedTicket
  list: Asked['list']
  now: number
}): VNode {
  const { say } = voice
  return (
    <a
      class={`ticket ${ticket.priority === 'danger' && list !== 'closed' ? 'alarm' : ''}`}
      href={`/console/tickets/${ticket.code}`}
    >
      <b>
        <span aria-hidden="true">{entryOf(ticket.category).emblem}</span>{' '}
        {say(`category.${ticket.category}`)} · <bdi>{voice.name(ticket.placeNames)}</bdi>{' '}
        {ticket.hasPhoto && (
          <span role="img" aria-label={say('list.photo')}>
            📷
          </span>
        )}
        {ticket.hasVoice && (
          <span role="img" aria-label={say('list.voice')}>
            🎤
          </span>
        )}
      </b>
      <span class="meta">
        <Code>{ticket.code}</Code> ·{' '}
        {say('list.age', { time: { text: voice.duration(now - ticket.openedAt.getTime()) } })}
        {ticket.isReopened && ` · ${say('list.reopened')}`}
        {list === 'team' && ticket.assigneeName !== null && (
          <>
            {' · '}
            <bdi>{ticket.assigneeName}</bdi>
          </>
        )}
        {list === 'team' && ` · ${say(`status.${ticket.status}`)}`}
        {ticket.closedAt !== null ? (
          ` · ${voice.moment(ticket.closedAt.getTime())}`
        ) : (
          <TimeLeft voice={voice} ticket={ticket} now={now} />
        )}
      </span>
    </a>
  )
}

/** How much is left until the deadline, or how much it has passed by; nothing while it stands. */
function TimeLeft({
  voice,
  ticket,
  now,
}: {
  voice: Voice
  ticket: ListedTicket
  now: number
}): VNode | null {
  if (ticket.status === 'resolved' || ticket.waitsForResident) return null
  const left = ticket.dueAt.getTime() - now
  const time = { time: { text: voice.duration(Math.abs(left)) } }
  return (
    <>
      {' · '}
      {left < 0 ? (
        <span class="overdue">{voice.say('list.late', time)}</span>
      ) : (
        <>
          {voice.say('console.due')}: <bdi>{voice.moment(ticket.dueAt.getTime())}</bdi>
        </>
      )}
    </>
  )
}

/** Being on duty, and leave: what there is, and a form that first says what it would move. */
function DutyForms({ context: { voice, staff, csrf } }: { context: PageContext }): VNode {
  const { say } = voice
  const isOn = staff?.onDuty === true
  return (
    <div class="sheet row">
      <form method="post" action="/console/duty">
        <Csrf token={csrf} />
        <b>{say(isOn ? 'console.onDuty' : 'console.offDuty')}</b>{' '}
        <button type="submit" name="onDuty" value={isOn ? 'no' : 'yes'}>
          {say(isOn ? 'console.goOffDuty' : 'console.goOnDuty')}
        </button>
      </form>
      <a href="/console/leave">{say('leave.title')}</a>
    </div>
  )
}
