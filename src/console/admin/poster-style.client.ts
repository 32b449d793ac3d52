import { readStyle } from '../../platform/http/style.ts'

/**
 * Reads the style sheet of posters. It holds no quotation marks, which would be escaped in a page.
 */
export const readPosterStyle = () => readStyle(new URL('./poster.css', import.meta.url))
