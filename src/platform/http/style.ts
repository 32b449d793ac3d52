import { readFile } from 'node:fs/promises'

/** A page's style sheet, with what all of them share before it. */
export async function readStyle(sheet: URL): Promise<string> {
  const [tokens, own] = await Promise.all([
    readFile(new URL('./tokens.css', import.meta.url), 'utf8'),
    readFile(sheet, 'utf8'),
  ])
  return tokens + own
}
