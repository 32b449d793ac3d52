import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readCatalogues } from '../../src/assembly/read-catalogues.ts'
import { catalogueLanguages, createTranslations, isFragment } from '../../src/language/catalogue.ts'
import { createVoice } from '../../src/language/render.ts'
import { columnsOf, tableNames } from '../../src/organisation/columns.ts'
import { keptBounds, usuallyKept } from '../../src/privacy/retention.ts'

const catalogues = await readCatalogues()
const stem = (key: string) => key.replace(/_(one|other)$/, '')
const gaps = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()
const sources = await Promise.all(
  (await readdir('src', { recursive: true }))
    .filter(
      (path) => /\.tsx?$/.test(path) && !path.includes('generated') && !path.includes('.test.'),
    )
    .map((path) => readFile(`src/${path}`, 'utf8')),
)
const code = sources.join('\n')

describe.each(catalogueLanguages)('the catalogue of %s', (language) => {
  const entries = Object.entries(catalogues[language])
  it('has the same sentences as the English one, with the same gaps', () => {
    expect(entries.length).toBeGreaterThan(150)
    expect([...new Set(entries.map(([key]) => stem(key)))].sort()).toEqual(
      [...new Set(Object.keys(catalogues.en).map(stem))].sort(),
    )
    for (const [key, text] of entries)
      expect([key, gaps(text)]).toEqual([key, gaps(catalogues.en[key] ?? '')])
  })
  it('has each plural that CLDR asks for', () => {
    const plurals = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    for (const [key] of entries)
      if (/_(one|other)$/.test(key))
        for (const plural of plurals)
          expect(Object.keys(catalogues[language])).toContain(`${stem(key)}_${plural}`)
  })
  it('is in its own script, with no English left', () => {
    const allowed = /\{\{\w+\}\}|\/[a-z]+( on| off)?|JPEG|PNG|WebP|MB|XLSX|UTF-8/g
    const scripts: Readonly<Record<string, RegExp>> = {
      Arab: /\p{Script=Arabic}/u,
      Cyrl: /\p{Script=Cyrillic}/u,
      Hans: /\p{Script=Han}/u,
      Hant: /\p{Script=Han}/u,
    }
    const own = scripts[language.slice(3)] ?? /\p{Script=Latin}/u
    for (const [key, text] of entries) {
      if (key === 'ask.language') continue
      const letters = [...text.replaceAll(allowed, '').matchAll(/\p{L}/gu)].map(
        ([letter]) => letter,
      )
      expect([key, letters.filter((letter) => !own.test(letter))]).toEqual([key, []])
    }
  })
  it('has no ending after a gap: what stands there ends in any sound', () => {
    const endings: Readonly<Record<string, RegExp>> = {
      'ug-Arab':
        /\}\}[ -]?(?:[غگقك][اە]|[دت][اە]|[دت]ىن|نىڭ|نى|[غگقك]ىچە|[دت]ىكى|دەك|مۇ|نىمۇ)(?!\p{L})/u,
      'kk-Cyrl':
        /\}\}[ -]?(?:дейін|деген|дегенге|[ғгқк][ае]|[дт][ае]|[дтн][ае]н|[ндт][ыі]ң?)(?!\p{L})/u,
    }
    const ending = endings[language]
    if (ending === undefined) return
    expect(entries.filter(([, text]) => ending.test(text)).map(([key]) => key)).toEqual([])
  })
  it('names no number to call: those are the operator’s', () => {
    for (const [key, text] of entries)
      if (!key.startsWith('month.'))
        expect([key, /(?<!\d)(?:1[0-2]\d|123\d\d)(?!\d)/.exec(text)?.[0]]).toEqual([key, undefined])
  })
  it('begins its sentences as the script does', () => {
    for (const [key, text] of entries)
      if (!isFragment(key))
        expect([key, text]).not.toEqual([key, expect.stringMatching(/^\p{Ll}/u)])
  })
  it('fits into a message and a button', () => {
    for (const [key, text] of entries)
      expect(text.length).toBeLessThan(
        key.startsWith('button.') || key.startsWith('category.') ? 64 : 1500,
      )
  })
  it('tells how long things are kept as they really are', () => {
    const kept = { textDays: 91, voiceDays: 3, chatDays: 47 }
    const { say } = createVoice(createTranslations(catalogues, kept), language, 'Asia/Urumqi')
    for (const key of ['privacy', 'open.kept'] as const)
      for (const days of Object.values(kept))
        expect(say(key)).toMatch(new RegExp(`(?<!\\d)${days}(?!\\d)`))
    expect(say('ask.notice')).toContain('91')
  })
})

it('P34 voice notes have the shortest time of all, whatever an operator sets', () => {
  expect(keptBounds.voiceDays.most).toBeLessThanOrEqual(
    Math.min(keptBounds.chatDays.least, keptBounds.textDays.least),
  )
  expect(usuallyKept.voiceDays).toBeLessThan(usuallyKept.chatDays)
})

it('each column of the organisation has its words', () => {
  for (const table of tableNames)
    for (const { name } of columnsOf(table))
      expect([name, catalogues.en]).toEqual([
        name,
        expect.objectContaining({ [`column.${name}`]: expect.any(String) }),
      ])
})

it('no sentence is unused', () => {
  const built = [
    /^(tongue|who|list\.group|act|track|breakGlass|ready|open|organisation|column|cell\.(kind|priority|counts)|import\.(does|mistake|right)|supervise\.(became|behind|reason)|keys\.(right|wrong)|why\.level|category|status|event|lost|smallTalk|late|concerns|handBack|notice|refused|news|member|command|listen)\./,
  ]
  for (const key of Object.keys(catalogues.en).map(stem))
    expect([key, built.some((pattern) => pattern.test(key)) || code.includes(`'${key}'`)]).toEqual([
      key,
      true,
    ])
})
