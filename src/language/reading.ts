import { convert } from './convert.ts'
import { detect } from './detect.ts'
import { formOf, type WrittenLanguage, writtenForms } from './written-language.ts'

/** A text as somebody reads it; `from` is what it was written in, where it was converted. */
export type AsRead = { readonly text: string; readonly from: WrittenLanguage | undefined }

/** How sure it must be what a text is written in, before it is shown in another script. */
const leastConfidence = 0.8

/**
 * A text in a script that its reader reads, where it is in another script of a language of theirs:
 * a report in Kazakh Arabic letters for who reads Cyrillic. Numbers, codes and links stay as they
 * are. What is in another language, or can't be told, stays as it is written.
 *
 * @param reads the written forms that the reader reads, best first.
 */
export function asReadBy(text: string, reads: readonly string[]): AsRead {
  const asWritten = { text, from: undefined }
  const { tag, confidence } = detect(text)
  if (tag === 'und' || confidence < leastConfidence || reads.includes(tag)) return asWritten
  const { source } = formOf(tag)
  const target = reads
    .flatMap((each) => writtenForms.filter((form) => form.tag === each))
    .find((form) => form.source === source)
  if (target === undefined) return asWritten
  target.keep?.()
  const converted = convert(text, tag, target.tag)
  return converted === text ? asWritten : { text: converted, from: tag }
}
