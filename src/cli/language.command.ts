import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { suggestCategories } from '../categories/category-suggestion.ts'
import { convert } from '../language/convert.ts'
import { dangerIn } from '../language/danger.ts'
import { detect } from '../language/detect.ts'
import { writtenLanguages } from '../language/written-language.ts'

/** `jawab language detect`: a tag for each line of standard input. */
export async function detectLanguage(): Promise<void> {
  await eachLine((line) => detect(line).tag)
}

/**
 * `jawab language danger`: `1` for each line of standard input that says that somebody is in danger
 * now, else `0`.
 */
export async function tellDanger(): Promise<void> {
  await eachLine((line) => (dangerIn(line) === undefined ? '0' : '1'))
}

/** How many categories are suggested, as in a chat. */
const mostSuggested = 3

/**
 * `jawab language category`: up to three categories for each line of standard input, best first,
 * with spaces between; an empty line where the words speak for none.
 */
export async function suggestCategory(): Promise<void> {
  await eachLine((line) => suggestCategories(line).slice(0, mostSuggested).join(' '))
}

const Tag = z.enum(writtenLanguages, { error: `must be one of ${writtenLanguages.join(', ')}` })
const Scripts = z
  .object({ from: Tag, to: Tag })
  .refine(({ from, to }) => from.slice(0, 2) === to.slice(0, 2), {
    path: ['to'],
    error: 'must be another script of the same language as --from',
  })

/**
 * `jawab language convert --from TAG --to TAG`: each line of standard input in the other script.
 */
export async function convertLanguage(given: unknown): Promise<void> {
  const scripts = Scripts.safeParse(given)
  if (!scripts.success)
    throw new InputError(
      scripts.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}`).join('\n'),
    )
  const { from, to } = scripts.data
  await eachLine((line) => convert(line, from, to))
}

/** What was given is wrong: said to its giver without a place in the program. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

/**
 * Streams standard input to standard output, line by line, in constant memory. @throws InputError
 * naming a line that is not UTF-8.
 */
async function eachLine(answer: (line: string) => string): Promise<void> {
  let wrongLine: number | undefined
  const answers = async function* (chunks: AsyncIterable<Buffer>) {
    let number = 0
    for await (const lines of linesOf(chunks)) {
      const texts = lines.map(read)
      const wrong = texts.indexOf(undefined)
      const good = texts.slice(0, wrong === -1 ? texts.length : wrong)
      yield good.map((text) => `${answer(text ?? '')}\n`).join('')
      number += good.length
      if (wrong !== -1) {
        wrongLine = number + 1
        return
      }
    }
  }
  try {
    await pipeline(process.stdin, answers, process.stdout)
  } catch (error) {
    // Anyone who read the answers has had enough of them.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
  if (wrongLine !== undefined)
    throw new InputError(
      `line ${wrongLine} is not valid UTF-8: save the text as UTF-8 and try again`,
    )
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function read(line: Buffer): string | undefined {
  try {
    return utf8.decode(line.at(-1) === 0x0d ? line.subarray(0, -1) : line)
  } catch {
    return undefined
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer[] = []
  for await (const chunk of chunks) {
    const lines: Buffer[] = []
    let from = 0
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      lines.push(Buffer.concat([...rest, chunk.subarray(from, end)]))
      rest = []
      from = end + 1
    }
    if (from < chunk.length) rest.push(chunk.subarray(from))
    if (lines.length > 0) yield lines
  }
  if (rest.length > 0) yield [Buffer.concat(rest)]
}
