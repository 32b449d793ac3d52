import { execFile, execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)

/**
 * The house is measured by what an addition touches. Each of these is made up, and added to a copy
 * of the sources: left incomplete it is refused by the compiler or by a named test, and complete it
 * works.
 */
let copy: string
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'jawab-addition-'))
  const parts = ['src', 'test', 'locales', 'prisma', 'docs', 'package.json', 'tsconfig.json']
  for (const part of [...parts, 'vitest.config.ts', 'README.md'])
    await cp(part, join(copy, part), { recursive: true })
  await symlink(resolve('node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rm(copy, { recursive: true, force: true }))

const change = async (path: string, edit: (text: string) => string) => {
  const file = join(copy, path)
  const before = await readFile(file, 'utf8').catch(() => '')
  const edited = edit(before)
  expect(edited, `${path} is changed`).not.toBe(before)
  await writeFile(file, edited)
}
/** Adds a line after one that is there. */
const addAfter = (path: string, line: string, added: string) =>
  change(path, (text) => text.replace(line, `${line}${added}`))

/** What the compiler says; '' where it is content. */
const compiled = async () =>
  run(
    process.execPath,
    [resolve('node_modules/typescript-native/bin/tsc'), '--noEmit', '--incremental', 'false'],
    {
      cwd: copy,
      maxBuffer: 20_000_000,
    },
  ).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )
/** The names of the tests that fail in these files. */
const failing = async (...files: readonly string[]) =>
  run(
    process.execPath,
    [
      resolve('node_modules/vitest/vitest.mjs'),
      'run',
      '--project',
      'tests',
      '--reporter',
      'json',
      ...files,
    ],
    {
      cwd: copy,
      maxBuffer: 50_000_000,
      env: { ...process.env, CI: '' },
    },
  )
    .catch((error: { stdout: string }) => error)
    .then(({ stdout }) => {
      const report = JSON.parse(stdout.slice(stdout.indexOf('{"num'))) as {
        readonly numTotalTests: number
        readonly testResults: readonly {
          readonly message: string
          readonly assertionResults: readonly {
            readonly status: string
            readonly fullName: string
          }[]
        }[]
      }
      expect(report.numTotalTests + report.testResults.length).toBeGreaterThan(0)
      return report.testResults.flatMap(({ message, assertionResults }) => [
        ...(assertionResults.length === 0 ? [message] : []),
        ...assertionResults
          .filter(({ status }) => status === 'failed')
          .map(({ fullName }) => fullName),
      ])
    })

const languages = ['en', 'ug-Arab', 'kk-Cyrl', 'zh-Hans'] as const
const say = async (beforeKey: string, key: string, words: Readonly<Record<string, string>>) => {
  for (const language of languages)
    await change(`locales/${language}.json`, (text) =>
      text.replace(`  "${beforeKey}":`, `  "${key}": "${words[language]}",\n  "${beforeKey}":`),
    )
}

describe('a made-up category', () => {
  it('does not compile without its words, and is named by a test without reports', async () => {
    await addAfter(
      'src/categories/category.ts',
      'const table = {\n',
      "  beekeeping: { emblem: '🐝', target: 'ordinary', weight: 1 },\n",
    )
    expect(await compiled()).toContain('category.beekeeping')
    await say('category.road', 'category.beekeeping', {
      en: 'Bees',
      'ug-Arab': 'ھەرە بېقىش',
      'kk-Cyrl': 'Ара өсіру',
      'zh-Hans': '养蜂',
    })
    expect(await compiled()).toBe('')
    expect(await failing('src/categories')).toEqual([
      expect.stringContaining('beekeeping was learnt from reports in every language'),
    ])
  })

  it('is suggested once it has reports, and deadlines, names and catalogues know it', async () => {
    const reports = {
      'zh-Hans.txt': [
        '蜂箱被偷了',
        '蜜蜂死了很多',
        '养蜂没有地方放蜂箱',
        '蜂农的蜂箱倒了',
        '蜜蜂得病了',
        '蜂蜜卖不出去',
      ],
      'ug-Arab.txt': [
        'ھەرە ساندۇقى ئوغرىلاندى',
        'ھەرىلەر كۆپ ئۆلدى',
        'ھەرە باقىدىغان يەر يوق',
        'ھەسەل سېتىلمىدى',
        'ھەرىلەر كېسەل بولدى',
        'ھەرە كۆنىكى ئۆرۈلدى',
      ],
      'kk-Cyrl.txt': [
        'Ара ұясы ұрланды',
        'Аралар көп өлді',
        'Ара өсіретін жер жоқ',
        'Бал сатылмай жатыр',
        'Аралар ауырып жатыр',
        'Омарта құлап қалды',
      ],
    }
    for (const [file, lines] of Object.entries(reports))
      await change(
        `test/bench/reports/${file}`,
        (text) => `${text.trimEnd()}\n# beekeeping\n${lines.join('\n')}\n`,
      )
    execFileSync(
      process.execPath,
      [resolve('node_modules/tsx/dist/cli.mjs'), 'test/bench/train-categories.ts'],
      { cwd: copy },
    )
    await change('src/categories/category-suggestion.test.ts', (text) =>
      text.replace("    ['road', ", "    ['beekeeping', '蜂箱被偷了'],\n    ['road', "),
    )
    expect(await compiled()).toBe('')
    expect(
      await failing('src/categories', 'src/organisation', 'test/house/catalogues.test.ts'),
    ).toEqual([])
  })
})

describe('a made-up written form', () => {
  const form = `import { kazakhCyrillicToLatin, kazakhLatinToCyrillic } from '../kazakh.ts'
import type { WrittenForm } from './form.ts'

export const kkTest = {
  tag: 'kk-Test',
  ownName: 'Qazaqsha',
  source: 'kk-Cyrl',
  script: 'Latn',
  weight: 1,
  toSource: kazakhLatinToCyrillic,
  fromSource: kazakhCyrillicToLatin,
} as const satisfies WrittenForm
`
  it('does not compile where its file says too little', async () => {
    await change('src/language/written/kk-test.ts', () =>
      form.replace("  ownName: 'Qazaqsha',\n", ''),
    )
    await change(
      'src/language/written-language.ts',
      (text) =>
        `import { kkTest } from './written/kk-test.ts'\n${text.replace('kkLatn,', 'kkLatn, kkTest,').replace('  kkLatn,\n  kkTest', '  kkLatn,\n  kkTest')}`,
    )
    expect(await compiled()).toContain('ownName')
  })

  it('has a catalogue, is converted both ways and is offered, with its file, its line and its name', async () => {
    await change('src/language/written/kk-test.ts', () => form)
    expect(await compiled()).toContain('tongue.kk-Test')
    await say('tongue.kk-Latn', 'tongue.kk-Test', {
      en: 'Kazakh for a test',
      'ug-Arab': 'قازاقچە سىناق',
      'kk-Cyrl': 'Сынаққа арналған қазақша',
      'zh-Hans': '测试用哈萨克文',
    })
    expect(await compiled()).toBe('')
    expect(
      await failing(
        'src/language/convert.test.ts',
        'test/house/catalogues.test.ts',
        'src/tickets/assignment.test.ts',
      ),
    ).toEqual([])
  })
})

describe('a made-up role', () => {
  it('does not compile without its words, and is named by a test without its value in the schema', async () => {
    await addAfter(
      'src/organisation/role.ts',
      'const table = {\n',
      "  observer: { belongsTo: 'area', may: ['seeFigures'] },\n",
    )
    expect(await compiled()).toContain('who.observer')
    await say('who.lead', 'who.observer', {
      en: 'Observer',
      'ug-Arab': 'كۆزەتكۈچى',
      'kk-Cyrl': 'Бақылаушы',
      'zh-Hans': '观察员',
    })
    expect(await failing('src/organisation/role.test.ts')).toEqual([
      'the roles are those of the schema',
    ])
  })

  it('sees figures and nothing else once it is there', async () => {
    await addAfter('prisma/schema.prisma', 'enum Role {\n', '  observer\n')
    await addAfter(
      'src/platform/postgres/tables.ts',
      'export const Role = {\n',
      '    observer: "observer",\n',
    )
    await change('src/platform/postgres/generated/enums.ts', (text) =>
      text.replace('export const Role = {\n', "export const Role = {\n  observer: 'observer',\n"),
    )
    expect(await compiled()).toBe('')
    expect(await failing('src/organisation', 'test/house/catalogues.test.ts')).toEqual([])
  })
})

describe('a made-up webhook event', () => {
  it('does not compile where nothing of the kind can happen to a ticket', async () => {
    await addAfter(
      'src/webhooks/events.ts',
      'const causes = {\n',
      "  'ticket.reminded': ['remindedd'],\n",
    )
    expect(await compiled()).toContain('remindedd')
  })

  it('is one line', async () => {
    await change('src/webhooks/events.ts', (text) => text.replace('remindedd', 'reminded'))
    expect(await compiled()).toBe('')
    expect(await failing('src/webhooks')).toEqual([])
  })
})
