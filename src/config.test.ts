import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ConfigError, environmentTable, readConfig, rootOf } from './config.ts'

function wrong(environment: Record<string, string>): string[] {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
  }
  return []
}

describe('the environment', () => {
  it('may be empty', () =>
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      roles: ['web', 'worker'],
      dataDir: './data',
      timeZone: 'Asia/Urumqi',
      channels: [expect.objectContaining({ name: 'webchat' })],
    }))
  it('names every wrong variable at once, each with what would be right', () => {
    const lines = wrong({
      PORT: '99999',
      DATABASE_URL: 'mysql://x',
      REDIS_URL: 'nowhere',
      TELEGRAM_MODE: 'webhook',
      TELEGRAM_BOT_TOKEN: '1:a',
      JAWAB_COLOUR: 'red',
      TIME_ZONE: 'Mars/Olympus',
      DATA_KEY: 'c2hvcnQ=',
      TRUSTED_PROXIES: 'true',
    })
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'PORT',
      'DATABASE_URL',
      'REDIS_URL',
      'DATA_KEY',
      'TIME_ZONE',
      'TRUSTED_PROXIES',
      'JAWAB_COLOUR',
      'TELEGRAM_WEBHOOK_SECRET',
    ])
    for (const line of lines) expect(line).toMatch(/must be|no such setting/)
  })
  it('never repeats a value, which may be a secret', () => {
    expect(
      wrong({
        TELEGRAM_BOT_TOKEN: 'hush-secret',
        DATABASE_URL: 'hush-secret',
        DATA_KEY: 'hush-secret',
      }).join(),
    ).not.toContain('hush-secret')
  })
  it('reaches an IPv6 host by its address in brackets', () =>
    expect(rootOf(readConfig({ HOST: '::1', PORT: '80' }))).toBe('http://[::1]:80'))
  it('makes a Cluster of several Redis nodes', () =>
    expect(readConfig({ REDIS_URL: 'redis://a:1,redis://b:2' }).redis).toEqual({
      kind: 'cluster',
      urls: ['redis://a:1', 'redis://b:2'],
    }))
  it.each([
    [
      'redis+sentinel://a:1,b,[::1]:3/main',
      [
        ['a', 1],
        ['b', 26_379],
        ['::1', 3],
      ],
      'main',
      {},
    ],
    [
      'redis+sentinel://:p%40ss%3A@a/my-main?sentinelPassword=own',
      [['a', 26_379]],
      'my-main',
      { password: 'p@ss:', sentinelPassword: 'own' },
    ],
    ['redis+sentinel://me:secret@a:9/m', [['a', 9]], 'm', { username: 'me', password: 'secret' }],
  ] as const)('asks Sentinels for the primary: %s', (text, sentinels, name, access) =>
    expect(readConfig({ REDIS_URL: text }).redis).toEqual({
      kind: 'sentinel',
      sentinels: sentinels.map(([host, port]) => ({ host, port })),
      name,
      username: undefined,
      password: undefined,
      sentinelPassword: undefined,
      ...access,
    }),
  )
  it.each([
    'redis+sentinel://a:1,b:2',
    'redis+sentinel:///main',
    'redis+sentinel://a:99999/main',
    'redis+sentinel://hush-secret@/main',
    'http://a:1',
    'redis://a:1,http://b:2',
  ])('says what is wrong with an address of Redis, without what it holds: %s', (text) => {
    const [line = ''] = wrong({ REDIS_URL: text })
    expect(line).toMatch(/^REDIS_URL: .*redis\+sentinel:\/\/HOST,HOST\/NAME/)
    expect(line).not.toContain('hush-secret')
  })
  it('is listed in the README as it is', async () =>
    expect(await readFile('README.md', 'utf8')).toContain(environmentTable()))
})
