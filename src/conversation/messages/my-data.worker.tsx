import { renderToString } from 'preact-render-to-string'
import { isRightToLeft } from '../../language/bidi.ts'
import { type CatalogueLanguage, isCatalogueLanguage } from '../../language/catalogue.ts'
import { Head } from '../../language/head.page.tsx'
import type { Voice } from '../../language/render.ts'
import type { Files } from '../../platform/files/attachments.ts'
import type { Db } from '../../platform/postgres/database.ts'
import type { KeyRing } from '../../platform/sealing/key-ring.ts'
import { openMyData } from '../../privacy/my-data.store.ts'
import type { MyData, MyDataFiles, MyFile, MyMessage } from '../../privacy/my-data.ts'
import { Chat, linesOf, RequestEnd, RequestHead, style } from './my-data.page.tsx'

type Bounds = {
  /** Whether the chat app's number of the chat is shown; one that opens the chat is a secret. */
  readonly showsHandle: boolean
  /** How many bytes of files the page and the JSON hold; those after that are `apart`. */
  readonly mostFileBytes?: number
}

/** Gathers what is kept of a chat, in its own language; `undefined` where there is no such chat. */
export async function gatherMyData(
  {
    db,
    keys,
    files,
    voices,
  }: {
    readonly db: Db
    readonly keys: KeyRing
    readonly files: Files
    readonly voices: (language: CatalogueLanguage) => Voice
  },
  conversationId: string,
  { showsHandle, mostFileBytes = Number.POSITIVE_INFINITY }: Bounds,
): Promise<MyDataFiles | undefined> {
  const data = await openMyData(db, keys, files, conversationId, showsHandle)
  if (data === undefined) return undefined
  const language = data.chat.language ?? ''
  const voice = voices(isCatalogueLanguage(language) ? language : 'ug-Arab')
  return {
    page: () => pageOf(data, voice, roomFor(mostFileBytes)),
    data: () => jsonOf(data, roomFor(mostFileBytes)),
    apart: async function* () {
      const isInside = roomFor(mostFileBytes)
      for await (const file of filesOf(data)) {
        if (isInside(file)) continue
        const found = await data.file(file.id)
        if (found !== undefined) yield { name: nameOf(file), content: found.content }
      }
    },
  }
}

/** Says of one file after another, always in the same order, whether it still has room. */
function roomFor(mostBytes: number): (file: MyFile) => boolean {
  let used = 0
  return ({ bytes }) => {
    used += bytes
    return used <= mostBytes
  }
}

async function* filesOf({ requests, joined }: MyData): AsyncIterable<MyFile> {
  for await (const { messages } of requests()) for (const { files } of messages) yield* files
  for await (const { messages } of joined()) for (const { files } of messages) yield* files
}

const nameOf = ({ id, contentType }: MyFile) => `${id}.${contentType.split('/')[1] ?? 'bin'}`

/** A multiple of three bytes makes base64 that can be put together. */
const pieceBytes = 96 * 1024

function* base64Of(content: Buffer): Iterable<string> {
  for (let at = 0; at < content.length; at += pieceBytes)
    yield content.toString('base64', at, at + pieceBytes)
}

async function* jsonOf(data: MyData, isInside: (file: MyFile) => boolean): AsyncIterable<string> {
  yield `{"chat":${JSON.stringify(data.chat)},"received":`
  yield* listOf(data.received(), async function* (each) {
    yield JSON.stringify(each)
  })
  yield ',"sent":'
  yield* listOf(data.sent(), async function* (each) {
    yield JSON.stringify(each)
  })
  for (const name of ['requests', 'joined'] as const) {
    yield `,"${name}":`
    yield* listOf<{ readonly messages: readonly MyMessage[] }>(
      data[name](),
      async function* ({ messages, ...rest }) {
        yield `${JSON.stringify(rest).slice(0, -1)},"messages":`
        yield* listOf(messages, ({ files, ...message }) => messageJson(message, files))
        yield '}'
      },
    )
  }
  yield '}'

  async function* messageJson(
    message: Omit<MyMessage, 'files'>,
    files: readonly MyFile[],
  ): AsyncIterable<string> {
    yield `${JSON.stringify(message).slice(0, -1)},"files":`
    yield* listOf(files, async function* (file) {
      const about = { kind: file.kind, contentType: file.contentType }
      if (!isInside(file)) return yield JSON.stringify({ ...about, name: nameOf(file) })
      yield `${JSON.stringify(about).slice(0, -1)},"base64":"`
      yield* base64Of((await data.file(file.id))?.content ?? Buffer.alloc(0))
      yield '"}'
    })
    yield '}'
  }
}

async function* listOf<T>(
  items: AsyncIterable<T> | Iterable<T>,
  write: (item: T) => AsyncIterable<string>,
): AsyncIterable<string> {
  let between = '['
  for await (const item of items) {
    yield between
    yield* write(item)
    between = ',\n'
  }
  yield between === '[' ? '[]' : ']'
}

async function* pageOf(
  data: MyData,
  voice: Voice,
  isInside: (file: MyFile) => boolean,
): AsyncIterable<string> {
  const { say, language } = voice
  const head = renderToString(<Head title={say('myData.title')} style={{ text: style }} />)
  yield `<!doctype html><html lang="${language}" dir="${isRightToLeft(language) ? 'rtl' : 'ltr'}">${head}<body>`
  yield renderToString(
    <>
      <h1>{say('myData.title')}</h1>
      <p>{say('myData.kept')}</p>
      <h2>{say('myData.chat')}</h2>
      <Chat chat={data.chat} voice={voice} />
      <h2>{say('myData.requests')}</h2>
    </>,
  )
  let isNone = true
  for await (const ticket of data.requests()) {
    isNone = false
    yield '<section>'
    yield renderToString(<RequestHead ticket={ticket} voice={voice} />)
    for (const message of ticket.messages) yield* messageHtml(message, ticket.confidential)
    yield renderToString(<RequestEnd ticket={ticket} voice={voice} />)
    yield '</section>'
  }
  if (isNone) yield renderToString(<p>{say('myData.none')}</p>)
  let isFirst = true
  for await (const { code, messages } of data.joined()) {
    yield renderToString(
      <>
        {isFirst && <h2>{say('myData.joined')}</h2>}
        <h3>
          <bdi dir="ltr">{code}</bdi>
        </h3>
      </>,
    )
    isFirst = false
    for (const message of messages) yield* messageHtml(message, false)
  }
  yield renderToString(<h2>{say('myData.messages')}</h2>)
  for await (const { at, isOwn, text } of linesOf(data))
    yield renderToString(
      <p dir="auto">
        <b>{say(isOwn ? 'myData.you' : 'myData.service')}</b> ·{' '}
        <bdi>{voice.moment(at.getTime())}</bdi>
        <br />
        {text}
      </p>,
    )
  yield '</body></html>'

  async function* messageHtml(
    { by, text, at, files }: MyMessage,
    isAbove: boolean,
  ): AsyncIterable<string> {
    yield '<p dir="auto">'
    yield renderToString(
      <>
        <b>{say(by === 'resident' ? 'myData.you' : isAbove ? 'myData.above' : 'myData.team')}</b> ·{' '}
        <bdi>{voice.moment(at.getTime())}</bdi>
        <br />
        {text}
      </>,
    )
    for (const file of files) yield* fileHtml(file)
    yield '</p>'
  }

  async function* fileHtml(file: MyFile): AsyncIterable<string> {
    if (!isInside(file)) return yield renderToString(<bdi dir="ltr">{nameOf(file)}</bdi>)
    const found = await data.file(file.id)
    if (found === undefined) return
    // Only the picture itself is left out of what is rendered: it is written after it, piece by
    // piece.
    const [before, after] = renderToString(
      file.kind === 'photo' ? (
        <img alt={say('console.file')} src="~" />
      ) : (
        <audio controls aria-label={say('console.file')} src="~" />
      ),
    ).split('~')
    yield `${before}data:${file.contentType};base64,`
    yield* base64Of(found.content)
    yield after ?? ''
  }
}
