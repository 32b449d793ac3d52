import type { ComponentChildren, VNode } from 'preact'
import { isCatalogueLanguage, languageName } from '../../language/catalogue.ts'
import type { Voice } from '../../language/render.ts'
import type { MyData, MyTicket } from '../../privacy/my-data.ts'
import { whoText } from './notices.ts'

/** What is kept of the chat itself. */
export function Chat({ chat, voice }: { chat: MyData['chat']; voice: Voice }): VNode {
  const { say } = voice
  const language = chat.language ?? ''
  return (
    <dl>
      <Row name={say('myData.channel')}>
        <bdi>{chat.channel}</bdi>
      </Row>
      <Row name={say(chat.handle === undefined ? 'myData.session' : 'myData.handle')}>
        <bdi dir="ltr">{chat.handle ?? '…'}</bdi>
      </Row>
      <Row name={say('myData.language')}>
        {isCatalogueLanguage(language) ? languageName(language) : '–'}
      </Row>
      <Row name={say('myData.place')}>
        {chat.rememberedPlace === null ? '–' : voice.name(chat.rememberedPlace)}
      </Row>
      <Row name={say('myData.since')}>{voice.moment(chat.begunAt.getTime())}</Row>
      <Row name={say('myData.noticeSeen')}>
        {chat.noticeSeenAt === null ? '–' : voice.moment(chat.noticeSeenAt.getTime())}
      </Row>
    </dl>
  )
}

function Row({ name, children }: { name: string; children: ComponentChildren }): VNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** Events whose names speak of a team; a complaint about staff is with nobody of one. */
const aboutTheTeam = new Set(['assigned', 'reassigned', 'steppedAside', 'movedOn'])

/** The head of one request: its code, category, place and times. */
export function RequestHead({ ticket, voice }: { ticket: MyTicket; voice: Voice }): VNode {
  const { say } = voice
  return (
    <h3>
      <bdi dir="ltr">{ticket.code}</bdi> · {say(`category.${ticket.category}` as 'category.road')} ·{' '}
      <bdi>{voice.name(ticket.place)}</bdi> ·{' '}
      {say(
        ticket.confidential && ticket.status === 'assigned'
          ? 'status.assignedAbove'
          : (`status.${ticket.status}` as 'status.open'),
      )}
    </h3>
  )
}

/** What has happened to a request, and who has read it. */
export function RequestEnd({ ticket, voice }: { ticket: MyTicket; voice: Voice }): VNode {
  const { say } = voice
  const seen = ticket.readBy.map((each) => ({ ...each, lastAt: each.lastAt.getTime() }))
  return (
    <>
      <ul>
        {ticket.events.map(({ type, at }, index) => (
          <li key={index}>
            {say(
              ticket.confidential && aboutTheTeam.has(type)
                ? 'event.assignedAbove'
                : (`event.${type}` as 'event.opened'),
            )}{' '}
            — <bdi>{voice.moment(at.getTime())}</bdi>
          </li>
        ))}
      </ul>
      <pre>{whoText({ notice: 'who', code: ticket.code, seen }, voice)}</pre>
    </>
  )
}

type SpokenLine = { readonly at: Date; readonly isOwn: boolean; readonly text: string }

/**
 * What was said and shown in the chat, as far as it was words, in the order of time; all of it is
 * in the JSON.
 */
export async function* linesOf({ received, sent }: MyData): AsyncIterable<SpokenLine> {
  const own = spoken(received(), ({ at, message }) => ({ at, isOwn: true, text: textIn(message) }))
  const shown = spoken(sent(), ({ at, shown: each }) => ({ at, isOwn: false, text: textIn(each) }))
  let [mine, theirs] = [await own.next(), await shown.next()]
  while (mine.done !== true || theirs.done !== true) {
    if (theirs.done === true || (mine.done !== true && mine.value.at <= theirs.value.at)) {
      if (mine.done !== true) yield mine.value
      mine = await own.next()
    } else {
      yield theirs.value
      theirs = await shown.next()
    }
  }
}

async function* spoken<T>(
  rows: AsyncIterable<T>,
  toLine: (row: T) => SpokenLine,
): AsyncGenerator<SpokenLine, undefined> {
  for await (const row of rows) {
    const line = toLine(row)
    if (line.text !== '') yield line
  }
  return undefined
}

function textIn(value: unknown): string {
  return typeof value === 'object' &&
    value !== null &&
    'text' in value &&
    typeof value.text === 'string'
    ? value.text
    : ''
}

/** The style sheet of the page, which is sent as a file. */
export const style = `
  body { font: 17px/1.6 "Noto Sans", "UKIJ Tuz Tom", "Noto Naskh Arabic", "Noto Sans CJK SC", sans-serif; margin: 1rem auto; max-width: 42rem; padding: 0 1rem; color-scheme: light dark; }
  dt { font-weight: bold; } dd { margin: 0 0 .5rem; } img { display: block; max-width: 100%; } pre { white-space: pre-wrap; font: inherit; }
  section { border-block-start: 1px solid; }
`
