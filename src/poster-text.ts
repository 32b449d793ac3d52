import bidiFactory from 'bidi-js'
import type PdfDocument from 'pdfkit'
import { readFont } from './poster-font.ts'

/** The fonts that a poster needs, by what they hold. They come from npm, so that a poster looks the same on every machine. */
const fonts = {
  arabic: 'noto-sans-arabic/files/noto-sans-arabic-arabic-400-normal.woff',
  chinese: 'noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff',
  cyrillic: 'noto-sans/files/noto-sans-cyrillic-400-normal.woff',
  cyrillicExtended: 'noto-sans/files/noto-sans-cyrillic-ext-400-normal.woff',
  latin: 'noto-sans/files/noto-sans-latin-400-normal.woff',
} as const
type FontName = keyof typeof fonts

type Document = InstanceType<typeof PdfDocument>
// Its types say that the factory is under `default`; under Node it is what is imported.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)()

export function registerFonts(document: Document): void {
  for (const [name, file] of Object.entries(fonts)) document.registerFont(name, readFont(file))
}

/** A line to draw: its text as it is read, and where its middle is. Sizes in points. */
export type Line = { readonly text: string; readonly size: number; readonly direction: 'ltr' | 'rtl' }

/**
 * Draws a text in the middle of the page, in as many lines as it needs. Letters are shaped by their fonts; what stands
 * where follows the bidirectional algorithm (UAX #9), which pdfkit does not know.
 *
 * @returns where the next text may begin.
 */
export function drawCentred(document: Document, { text, size, direction }: Line, top: number, width: number): number {
  const lines = wrap(document, text, size, width)
  for (const [index, line] of lines.entries()) drawLine(document, line, size, direction, top + index * size * 1.5)
  return top + lines.length * size * 1.5
}

function drawLine(document: Document, line: string, size: number, direction: 'ltr' | 'rtl', top: number): void {
  const runs = visualRuns(line, direction)
  const widths = runs.map((run) => widthOf(document, run, size))
  let x = (document.page.width - widths.reduce((sum, width) => sum + width, 0)) / 2
  for (const [index, { text, font }] of runs.entries()) {
    document
      .font(font)
      .fontSize(size)
      .text(text, x, top + size * 1.1, { lineBreak: false, features: [], baseline: 'alphabetic' })
    x += widths[index] ?? 0
  }
}

type Run = { readonly text: string; readonly font: FontName }

/** The runs of one font and direction, from left to right as they are seen; within a run letters stand as they are read. */
export function visualRuns(line: string, direction: 'ltr' | 'rtl'): readonly Run[] {
  const embedding = bidi.getEmbeddingLevels(line, direction)
  const { levels } = embedding
  const order = Array.from({ length: line.length }, (_, index) => index)
  for (const [start = 0, end = 0] of bidi.getReorderSegments(line, embedding)) order.splice(start, end - start + 1, ...order.slice(start, end + 1).reverse())
  const fontAt = fontsOf(line)
  const runs: { from: number; until: number; font: FontName; level: number }[] = []
  for (const at of order) {
    const last = runs.at(-1)
    const font = fontAt[at] ?? 'latin'
    const level = levels[at] ?? 0
    if (last !== undefined && last.font === font && last.level === level && (at === last.until || at === last.from - 1)) {
      last.from = Math.min(last.from, at)
      last.until = Math.max(last.until, at + 1)
    } else runs.push({ from: at, until: at + 1, font, level })
  }
  // Arabic letters are turned round by their font's shaping; signs from right to left are not.
  return runs.map(({ from, until, font, level }) => {
    const text = line.slice(from, until)
    return { text: level % 2 === 1 && font !== 'arabic' ? mirrored(text) : text, font }
  })
}

/** Signs as they stand from right to left: in the other order, brackets turned. */
function mirrored(text: string): string {
  return [...text]
    .reverse()
    .map((sign) => bidi.getMirroredCharacter(sign) ?? sign)
    .join('')
}

/** Which font holds each character; spaces and signs stay with the letters before them. */
function fontsOf(line: string): readonly FontName[] {
  const found: FontName[] = []
  for (const character of line) {
    const font = /[\u0600-\u06ff\p{Script=Arabic}]/u.test(character)
      ? 'arabic'
      : /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(character)
        ? 'chinese'
        : /[\u0400-\u045f\u04b0\u04b1]/.test(character)
          ? 'cyrillic'
          : /\p{Script=Cyrillic}/u.test(character)
            ? 'cyrillicExtended'
            : character === ' '
              ? (found.at(-1) ?? 'latin')
              : 'latin'
    for (let unit = 0; unit < character.length; unit++) found.push(font)
  }
  return found
}

function widthOf(document: Document, { text, font }: Run, size: number): number {
  return document.font(font).fontSize(size).widthOfString(text, { features: [] })
}

/** Breaks a text at its spaces; Chinese, which has none, anywhere. */
function wrap(document: Document, text: string, size: number, width: number): readonly string[] {
  const words = text.match(/\p{Script=Han}[，。！？、：；]?|[^\s\p{Script=Han}]+|\s+/gu) ?? []
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const longer = line + word
    const fits = visualRuns(longer.trim(), 'ltr').reduce((sum, run) => sum + widthOf(document, run, size), 0) <= width
    if (fits) line = longer
    else {
      lines.push(line.trim())
      line = word.trimStart()
    }
  }
  return [...lines, line.trim()].filter((each) => each !== '')
}
