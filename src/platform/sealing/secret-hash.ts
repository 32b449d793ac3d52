import { createHash } from 'node:crypto'

/**
 * What is kept of a secret that is random and long enough not to be guessed, such as a key, a link
 * or a code (SHA-256).
 */
export function hashOfSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret).digest())
}
