import { readFile } from 'node:fs/promises'

/**
 * Reads the style sheet of posters. It holds no quotation marks, which would be escaped in a page.
 */
export const readPosterStyle = () => readFile(new URL('./poster.css', import.meta.url), 'utf8')
