import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { whoText } from '../dialogue/notices.ts'
import { isRightToLeft } from '../language/bidi.ts'
import { type CatalogueLanguage, isCatalogueLanguage, languageNames } from '../language/catalogue.ts'
import type { Voice } from '../language/render.ts'
import type { Files } from '../store/attachments.ts'
import type { Db } from '../store/connection.ts'
import type { KeyRing } from '../store/key-ring.ts'
import { loadMyData, type MyData, type MyMessage, type MyTicket } from '../store/read-models/my-data.ts'

/** What is kept of a resident, twice: a page that stands alone, and the same as JSON (protection P15). */
export type MyDataFiles = { readonly page: string; readonly data: string }

/** Gathers what is kept of a chat, in its own language; `undefined` where there is no such chat. */
export async function gatherMyData(
  { db, keys, files, voices }: { readonly db: Db; readonly keys: KeyRing; readonly files: Files; readonly voices: (language: CatalogueLanguage) => Voice },
  conversationId: string,
): Promise<MyDataFiles | undefined> {
  const data = await loadMyData(db, keys, files, conversationId)
  if (data === undefined) return undefined
  const language = data.chat.language ?? ''
  return { page: renderMyData(data, voices(isCatalogueLanguage(language) ? language : 'ug-Arab')), data: JSON.stringify(data, undefined, 2) }
}

function renderMyData(data: MyData, voice: Voice): string {
  const { say, language } = voice
  const page = (
    <html lang={language} dir={isRightToLeft(language) ? 'rtl' : 'ltr'}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{say('myData.title')}</title>
        <style>{style}</style>
      </head>
      <body>
        <h1>{say('myData.title')}</h1>
        <p>{say('myData.kept')}</p>
        <h2>{say('myData.chat')}</h2>
        <Chat chat={data.chat} voice={voice} />
        <h2>{say('myData.requests')}</h2>
        {data.requests.length === 0 && <p>{say('myData.none')}</p>}
        {data.requests.map((ticket) => (
          <Request key={ticket.code} ticket={ticket} voice={voice} />
        ))}
        {data.joined.length > 0 && <h2>{say('myData.joined')}</h2>}
        {data.joined.map(({ code, messages }) => (
          <section key={code}>
            <h3>
              <bdi dir="ltr">{code}</bdi>
            </h3>
            <Messages messages={messages} voice={voice} />
          </section>
        ))}
        <h2>{say('myData.messages')}</h2>
        {linesOf(data).map(({ at, isOwn, text }, index) => (
          <p key={index} dir="auto">
            <b>{say(isOwn ? 'myData.you' : 'myData.service')}</b> · <bdi>{voice.moment(at.getTime())}</bdi>
            <br />
            {text}
          </p>
        ))}
      </body>
    </html>
  )
  return `<!doctype html>${renderToString(page)}`
}

function Chat({ chat, voice }: { chat: MyData['chat']; voice: Voice }): VNode {
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
      <Row name={say('myData.language')}>{isCatalogueLanguage(language) ? languageNames[language] : '–'}</Row>
      <Row name={say('myData.place')}>{chat.rememberedPlace === null ? '–' : voice.name(chat.rememberedPlace)}</Row>
      <Row name={say('myData.since')}>{voice.moment(chat.begunAt.getTime())}</Row>
      <Row name={say('myData.noticeSeen')}>{chat.noticeSeenAt === null ? '–' : voice.moment(chat.noticeSeenAt.getTime())}</Row>
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

function Request({ ticket, voice }: { ticket: MyTicket; voice: Voice }): VNode {
  const { say } = voice
  const seen = ticket.readBy.map((each) => ({ ...each, lastAt: each.lastAt.getTime() }))
  return (
    <section>
      <h3>
        <bdi dir="ltr">{ticket.code}</bdi> · {say(`category.${ticket.category}` as 'category.road')} · <bdi>{voice.name(ticket.place)}</bdi> ·{' '}
        {say(ticket.confidential && ticket.status === 'assigned' ? 'status.assignedAbove' : (`status.${ticket.status}` as 'status.open'))}
      </h3>
      <Messages messages={ticket.messages} voice={voice} isAbove={ticket.confidential} />
      <ul>
        {ticket.events.map(({ type, at }, index) => (
          <li key={index}>
            {say(ticket.confidential && aboutTheTeam.has(type) ? 'event.assignedAbove' : (`event.${type}` as 'event.opened'))} —{' '}
            <bdi>{voice.moment(at.getTime())}</bdi>
          </li>
        ))}
      </ul>
      <pre>{whoText({ notice: 'who', code: ticket.code, seen }, voice)}</pre>
    </section>
  )
}

function Messages({ messages, voice, isAbove = false }: { messages: readonly MyMessage[]; voice: Voice; isAbove?: boolean }): VNode {
  return (
    <>
      {messages.map(({ by, text, at, files }, index) => (
        <p key={index} dir="auto">
          <b>{voice.say(by === 'resident' ? 'myData.you' : isAbove ? 'myData.above' : 'myData.team')}</b> · <bdi>{voice.moment(at.getTime())}</bdi>
          <br />
          {text}
          {files.map(({ kind, contentType, base64 }, file) =>
            kind === 'photo' ? (
              <img key={file} alt={voice.say('console.file')} src={`data:${contentType};base64,${base64}`} />
            ) : (
              <audio key={file} controls aria-label={voice.say('console.file')} src={`data:${contentType};base64,${base64}`} />
            ),
          )}
        </p>
      ))}
    </>
  )
}

/** What was said and shown in the chat, as far as it was words; all of it is in the JSON. */
function linesOf({ received, sent }: MyData): readonly { readonly at: Date; readonly isOwn: boolean; readonly text: string }[] {
  const own = received.map(({ at, message }) => ({ at, isOwn: true, text: textIn(message) }))
  const shown = sent.map(({ at, shown: each }) => ({ at, isOwn: false, text: textIn(each) }))
  return [...own, ...shown].filter(({ text }) => text !== '').sort((a, b) => a.at.getTime() - b.at.getTime())
}

function textIn(value: unknown): string {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string' ? value.text : ''
}

const style = `
  body { font: 17px/1.6 "Noto Sans", "UKIJ Tuz Tom", "Noto Naskh Arabic", "Noto Sans CJK SC", sans-serif; margin: 1rem auto; max-width: 42rem; padding: 0 1rem; color-scheme: light dark; }
  dt { font-weight: bold; } dd { margin: 0 0 .5rem; } img { display: block; max-width: 100%; } pre { white-space: pre-wrap; font: inherit; }
  section { border-block-start: 1px solid; }
`
