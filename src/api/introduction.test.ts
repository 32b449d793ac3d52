import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { introduction } from './introduction.ts'

it('shows a check of signatures that holds', async () => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(introduction('https://jawab.example')) ?? []
  const address = `data:text/javascript,${encodeURIComponent(`${code}\nexport { isFromJawab }`)}`
  const { isFromJawab } = (await import(/* @vite-ignore */ address)) as {
    isFromJawab: (headers: Record<string, string>, body: string, secret: string) => boolean
  }
  const secret = `whsec_${Buffer.from('k'.repeat(32)).toString('base64')}`
  const body = '{"type":"ticket.resolved"}'
  const now = new Date()
  const headers = (at: Date, own = secret) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': `v1,AAAA ${new Webhook(own).sign('msg_1', at, body)}`,
  })
  expect(isFromJawab(headers(now), body, secret)).toBe(true)
  expect(isFromJawab(headers(now), `${body} `, secret)).toBe(false)
  expect(
    isFromJawab(
      headers(now, `whsec_${Buffer.from('o'.repeat(32)).toString('base64')}`),
      body,
      secret,
    ),
  ).toBe(false)
  expect(isFromJawab(headers(new Date(now.getTime() - 3_600_000)), body, secret)).toBe(false)
})
