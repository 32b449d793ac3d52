import QrCode from 'qrcode'
import { isRightToLeft } from './language/bidi.ts'
import type { CatalogueLanguage } from './language/catalogue.ts'
import type { Voice } from './language/render.ts'
import { drawCentred, registerFonts } from './poster-text.ts'

/** Where a village's poster leads: the web chat always, Telegram where there is a bot. */
export type Entrances = { readonly web: string; readonly telegram: string | undefined }

/** The languages of the notice board, in the order of the buttons. */
const onBoard = ['ug-Arab', 'kk-Cyrl', 'kk-Arab', 'zh-Hans'] as const satisfies readonly CatalogueLanguage[]

const margin = 48
const ink = '#1d2522'
const leaf = '#0d6b57'

/** The addresses that begin a report for one village. `entrance` is what they call it, and says nothing of it. */
export function entrancesOf(entrance: string, publicUrl: string, botName: string | undefined): Entrances {
  return {
    web: `${publicUrl}/chat?start=v_${entrance}`,
    telegram: botName === undefined ? undefined : `https://t.me/${botName}?start=v_${entrance}`,
  }
}

/** An A4 page for a village's notice board: what it is, in each language, and a code to begin by. PDF. */
export async function drawPoster(
  names: Readonly<Record<string, string>>,
  { web, telegram }: Entrances,
  voices: (language: CatalogueLanguage) => Voice,
): Promise<Buffer> {
  // Loaded with the first poster: a copy that draws none does without.
  const { default: PdfDocument } = await import('pdfkit')
  const document = new PdfDocument({ size: 'A4', margin, info: { Title: 'Jawab' }, lang: 'ug' })
  const parts: Buffer[] = []
  document.on('data', (part: Buffer) => parts.push(part))
  const ended = new Promise<void>((resolve) => document.on('end', resolve))
  registerFonts(document)
  const width = document.page.width - 2 * margin
  document.fillColor(leaf)
  let top = drawCentred(
    document,
    { text: [...new Set(onBoard.map((language) => voices(language).say('chat.title')))].join(' · '), size: 30, direction: 'ltr' },
    margin - 8,
    width,
  )
  document.fillColor(ink)
  top = drawCentred(
    document,
    { text: [...new Set(onBoard.map((language) => voices(language).name(names)))].join(' · '), size: 14, direction: 'ltr' },
    top,
    width,
  )
  for (const language of onBoard) {
    const { say } = voices(language)
    const direction = isRightToLeft(language) ? ('rtl' as const) : ('ltr' as const)
    top = drawCentred(document, { text: say('poster.title'), size: 19, direction }, top + 12, width)
    top = drawCentred(document, { text: say('poster.how'), size: 13, direction }, top, width)
  }
  const codes = [web, ...(telegram === undefined ? [] : [telegram])]
  const side = codes.length === 1 ? 230 : 200
  const gap = 40
  const left = (document.page.width - codes.length * side - (codes.length - 1) * gap) / 2
  for (const [index, address] of codes.entries()) {
    const x = left + index * (side + gap)
    document.image(await QrCode.toBuffer(address, { errorCorrectionLevel: 'M', margin: 1, width: 900 }), x, top + 12, { width: side })
  }
  top += side + 18
  for (const address of codes) top = drawCentred(document, { text: address, size: 11, direction: 'ltr' }, top, width)
  document.fillColor(leaf)
  for (const language of onBoard)
    top = drawCentred(document, { text: voices(language).say('poster.safe'), size: 12, direction: isRightToLeft(language) ? 'rtl' : 'ltr' }, top + 2, width)
  document.end()
  await ended
  return Buffer.concat(parts)
}
