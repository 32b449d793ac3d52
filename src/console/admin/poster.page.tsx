import { Fragment } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { isRightToLeft } from '../../language/bidi.ts'
import type { CatalogueLanguage } from '../../language/catalogue.ts'
import { Head } from '../../language/head.page.tsx'
import type { Voice } from '../../language/render.ts'
import { toQrCode } from '../qr-code.ts'

/** The languages of the notice board, in the order of the buttons. */
const onBoard = [
  'ug-Arab',
  'kk-Cyrl',
  'kk-Arab',
  'zh-Hans',
] as const satisfies readonly CatalogueLanguage[]

/** The style sheet itself, or the address that it is served at. */
type Style = { readonly text: string } | { readonly href: string }
/** The line above the sheet that says how to print it; it is not printed. */
type Hint = { readonly text: string; readonly language: string }
type PosterOptions = {
  /** Where anybody who has a code sees how far a ticket is. */
  readonly trackedAt: string
  readonly voices: (language: CatalogueLanguage) => Voice
  readonly style: Style
  readonly hint?: Hint
}

/**
 * An A4 sheet for a village's notice board, as a page to print: what Jawab is, in each language,
 * and codes to begin by. The browser chooses the fonts, shapes the letters and orders what reads
 * from right to left.
 */
export async function posterPage(
  names: Readonly<Record<string, string>>,
  entrances: readonly string[],
  { trackedAt, voices, style, hint }: PosterOptions,
): Promise<string> {
  const codes = await Promise.all(entrances.map(toQrCode))
  const inEach = (text: (voice: Voice) => string) => [
    ...new Map(onBoard.map((language) => [text(voices(language)), language])),
  ]
  const page = (
    <html lang="ug-Arab">
      <Head title="Jawab" style={style} />
      <body>
        {hint !== undefined && (
          <p class="hint" lang={hint.language} dir="auto">
            {hint.text}
          </p>
        )}
        <main>
          <h1>{inEach(({ say }) => say('chat.title')).map(toWord)}</h1>
          <p class="village">{inEach(({ name }) => name(names)).map(toWord)}</p>
          {onBoard.map((language) => (
            <section key={language} lang={language} dir={directionOf(language)}>
              <h2>{voices(language).say('poster.title')}</h2>
              <p>{voices(language).say('poster.how')}</p>
            </section>
          ))}
          <div class="codes">
            {codes.map(({ address, picture }) => (
              <figure key={address}>
                <img src={picture} alt="" />
                <figcaption dir="ltr">{address}</figcaption>
              </figure>
            ))}
          </div>
          <p class="track">
            {inEach(({ say }) => say('track.title')).map(toWord)} <bdi dir="ltr">{trackedAt}</bdi>
          </p>
          {onBoard.map((language) => (
            <p key={language} class="safe" lang={language} dir={directionOf(language)}>
              {voices(language).say('poster.safe')}
            </p>
          ))}
        </main>
      </body>
    </html>
  )
  return `<!doctype html>${renderToString(page)}`
}

const directionOf = (language: CatalogueLanguage) => (isRightToLeft(language) ? 'rtl' : 'ltr')

/** One of several names of the same thing, beside those in other scripts. */
function toWord([text, language]: readonly [string, CatalogueLanguage], index: number) {
  return (
    <Fragment key={language}>
      {index > 0 && ' · '}
      <bdi lang={language}>{text}</bdi>
    </Fragment>
  )
}
