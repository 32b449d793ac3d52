import type { VNode } from 'preact'
import { Csrf, type PageContext } from '../layout.page.tsx'
import { type Facts, type Item, isDone, items } from './checklist.ts'

/** How many findings of the doctor there are of each kind. */
export type Found = { readonly wrong: number; readonly notes: number; readonly fine: number }

/** Where each item is taken care of in the console; a backup is made by a command. */
const ways: Readonly<Record<Item, string | undefined>> = {
  organisation: '/console/admin/organisation',
  people: '/console/invitations',
  deadlines: '/console/admin/organisation/deadlines',
  calendar: '/console/admin/organisation/calendar',
  channels: '/chat',
  backup: undefined,
  messages: '/console/admin/messages',
}

/** What stands for a service that can be used: an administrator's first page. */
export function Checklist({
  context,
  facts,
  found,
  now,
}: {
  context: PageContext
  facts: Facts
  found: Found | undefined
  now: number
}): VNode {
  const { say } = context.voice
  const open = items.filter((item) => !isDone(item, facts, now)).length
  return (
    <>
      <h1>{say('checklist.title')}</h1>
      <p class="quiet">
        {open === 0 ? say('checklist.allDone') : say('checklist.toDo', { count: { count: open } })}
      </p>
      {items.map((item) => (
        <Row key={item} context={context} item={item} facts={facts} now={now} />
      ))}
      <section class="sheet" aria-labelledby="doctor">
        <h2 id="doctor">{say('checklist.doctor')}</h2>
        {found === undefined ? (
          <p class="quiet">{say('checklist.doctorAbout')}</p>
        ) : (
          <p role="status" class={found.wrong > 0 ? 'overdue' : undefined}>
            {say('checklist.found', {
              wrong: { count: found.wrong },
              notes: { count: found.notes },
              fine: { count: found.fine },
              command: { code: 'npx jawab doctor' },
            })}
          </p>
        )}
        <form method="post" action="/console/admin/examine">
          <Csrf token={context.csrf} />
          <button type="submit">{say('checklist.look')}</button>
        </form>
      </section>
    </>
  )
}

function Row({
  context: { voice },
  item,
  facts,
  now,
}: {
  context: PageContext
  item: Item
  facts: Facts
  now: number
}): VNode {
  const { say } = voice
  const isWell = isDone(item, facts, now)
  const way = ways[item]
  return (
    <section class={`sheet row check ${isWell ? 'well' : 'todo'}`}>
      <span>
        <b>
          <span aria-hidden="true">{isWell ? '✓' : '○'}</span> {say(nameOf(item))}
        </b>
        <span class="meta">{wordsOf(item, facts, voice)}</span>
      </span>
      {way !== undefined && (
        <a
          class={isWell ? 'button' : 'button main'}
          href={way}
          aria-label={`${say('checklist.open')}: ${say(nameOf(item))}`}
        >
          {say('checklist.open')}
        </a>
      )}
    </section>
  )
}

function nameOf(item: Item) {
  switch (item) {
    case 'organisation':
      return 'organisation.title'
    case 'people':
      return 'invite.title'
    case 'deadlines':
      return 'organisation.deadlines'
    case 'calendar':
      return 'organisation.calendar'
    case 'channels':
      return 'checklist.chats'
    case 'backup':
      return 'checklist.backups'
    case 'messages':
      return 'messages.title'
  }
}

function wordsOf(item: Item, facts: Facts, { say }: PageContext['voice']): string {
  switch (item) {
    case 'organisation':
      return [
        say('checklist.organisation', {
          places: { count: facts.places },
          teams: { count: facts.teams },
          members: { count: facts.members },
        }),
        ...(facts.isDemo
          ? [say('checklist.isDemo', { command: { code: 'npx jawab demo clear' } })]
          : []),
      ].join(' ')
    case 'people':
      return say('checklist.people', { count: { count: facts.withoutChat } })
    case 'deadlines':
      return say('checklist.deadlines', { count: { count: facts.deadlines } })
    case 'calendar':
      return say('checklist.calendar', { count: { count: facts.days } })
    case 'channels':
      return say('checklist.channels', { count: { count: facts.channels } })
    case 'backup':
      return facts.lastBackup === undefined
        ? say('checklist.noBackup', { command: { code: 'npx jawab backup FOLDER' } })
        : say('checklist.backup', { at: { at: facts.lastBackup.getTime() } })
    case 'messages':
      return say('checklist.messages', { count: { count: facts.setAside } })
  }
}
