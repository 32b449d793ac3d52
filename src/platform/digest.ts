import { createHash } from 'node:crypto'

/** What stands for a text where the text itself may not (SHA-256). The same text gives the same. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
