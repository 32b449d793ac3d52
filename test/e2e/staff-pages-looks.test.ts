import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Look, openStaffPages } from '../browsers/staff-pages.ts'

const looks = [
  { language: 'kk-Cyrl', width: 1100, scheme: 'dark', withAxe: true },
  { language: 'kk-Arab', width: 1100, scheme: 'light', withAxe: false },
] as const satisfies readonly Look[]

describe.skipIf(inject('chromium') === undefined)('the staff pages in a browser', () => {
  let pages: Awaited<ReturnType<typeof openStaffPages>>
  beforeAll(async () => {
    pages = await openStaffPages()
  })
  afterAll(() => pages?.stop())

  it.each(looks)(
    'have no finding of axe-core and fit the screen: $language at $width px, $scheme',
    async (look) => expect(await pages.findingsOf(look)).toEqual([]),
  )
})
