import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'

async function jawab(
  args: readonly string[],
  input: Iterable<string | Buffer>,
  nodeOptions: readonly string[] = [],
) {
  const child = spawn(process.execPath, [
    ...nodeOptions,
    'dist/src/cli/jawab.js',
    'language',
    ...args,
  ])
  const fed = pipeline(Readable.from(input), child.stdin).catch(() => {}) // It may end before all is read.
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  await fed
  return { out, error, code: code as number }
}

describe('jawab language', () => {
  it('says for each line whether somebody is in danger, whatever it is typed with', async () => {
    const { out, code } = await jawab(
      ['danger'],
      [
        '着火了，快来人\n灭火器多少钱\r\nуй ортенип жатыр\n',
        'ئۆيگە ئوت كەتتى\nuyde ot ketti\n\n路灯坏了',
      ],
    )
    expect(out).toBe('1\n0\n1\n1\n1\n0\n0\n')
    expect(code).toBe(0)
  })
  it('suggests up to three categories for each line, best first', async () => {
    const { out, code } = await jawab(
      ['category'],
      ['村口的路灯坏了\nауылдын жолы бузылган\n', 'كەنتتە سۇ كەلمىدى'],
    )
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '))
    expect(lines.map(([first]) => first)).toEqual(['street_light', 'road', 'drinking_water'])
    for (const each of lines) expect(each.length).toBeLessThanOrEqual(3)
    expect(code).toBe(0)
  })
  it('detects line by line, whatever ends a line', async () => {
    const { out, code } = await jawab(
      ['detect'],
      [
        'سۇ يوق، قانداق قىلىمىز\nауылда су жоқ\r\n村里没有水了\n\n',
        'There is no water in our village',
      ],
    )
    expect(out).toBe('ug-Arab\nkk-Cyrl\nzh-Hans\nund\nund\n')
    expect(code).toBe(0)
  })
  it('converts line by line, and keeps what is not the script’s', async () => {
    const { out } = await jawab(
      ['convert', '--from', 'kk-Cyrl', '--to', 'kk-Arab'],
      ['Ауылда 3 күн су жоқ\n', 'JW-4K7Q2M9XH4 新源县\n'],
    )
    expect(out).toBe('اۋىلدا 3 كۇن سۋ جوق\nJW-4K7Q2M9XH4 新源县\n')
  })
  it('names the line that is not UTF-8, after the answers before it', async () => {
    const { out, error, code } = await jawab(
      ['detect'],
      ['ауылда су жоқ\n', Buffer.from([0xd8, 0xff, 0x0a]), 'x\n'],
    )
    expect(out).toBe('kk-Cyrl\n')
    expect(error.trim()).toBe('line 2 is not valid UTF-8: save the text as UTF-8 and try again')
    expect(code).toBe(1)
  })
  it('says which tags there are', async () => {
    expect((await jawab(['convert', '--from', 'kk', '--to', 'kk-Arab'], [])).error).toContain(
      '--from must be one of ug-Arab, ug-Latn',
    )
    expect((await jawab(['convert', '--from', 'kk-Cyrl', '--to', 'ug-Arab'], [])).error).toContain(
      '--to must be another script of the same language',
    )
  })
  it('prints a page for reviewers, each text with where it is shown', async () => {
    const { out, code } = await jawab(['review'], [])
    expect(code).toBe(0)
    expect(out).toContain('Member&#39;s chat: a ticket&#39;s card'.replaceAll('&#39;', "'"))
    for (const language of [
      'ug-Arab',
      'ug-Latn',
      'ug-Cyrl',
      'kk-Arab',
      'kk-Cyrl',
      'kk-Latn',
      'zh-Hant',
    ])
      expect(out).toMatch(new RegExp(`<td lang="${language}" dir="(?:rtl|ltr)">[^<]+</td>`))
  })
  it('reads far more than it has memory for', async () => {
    const piece = 'ауылда су жоқ, көше қараңғы\n'.repeat(20_000)
    const { out, code } = await jawab(
      ['detect'],
      Array.from({ length: 20 }, () => piece),
      ['--max-old-space-size=40'],
    )
    expect(code).toBe(0)
    expect(out).toBe('kk-Cyrl\n'.repeat(20 * 20_000))
  })
})
