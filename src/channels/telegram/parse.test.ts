import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUpdate } from './parse.ts'

const chat = { id: 5, type: 'private', first_name: 'MARKED', username: 'MARKED' }
const from = {
  id: 5,
  first_name: 'MARKED',
  last_name: 'MARKED',
  username: 'MARKED',
  language_code: 'MARKED',
}

describe('an update of Telegram', () => {
  it('P29 leaves name, username and device language behind', () => {
    for (const message of [
      { text: 'سالام' },
      { photo: [{ file_id: 'f', width: 9 }], caption: 'c' },
      { voice: { file_id: 'v' } },
      { sticker: {} },
      { contact: { phone_number: 'MARKED' } },
    ])
      expect(
        JSON.stringify(
          parseUpdate({ update_id: 1, message: { message_id: 1, chat, from, ...message } }, '7'),
        ),
      ).not.toContain('MARKED')
  })
  it('is a text, the largest photo, a voice note or a button', () => {
    expect(parseUpdate({ update_id: 1, message: { chat, text: 'x' } }, '7')).toMatchObject({
      kind: 'arrival',
      arrival: { handle: '5', externalId: '7:update1', message: { kind: 'said', text: 'x' } },
    })
    expect(
      parseUpdate(
        {
          update_id: 1,
          message: {
            chat,
            photo: [
              { file_id: 'small', width: 1 },
              { file_id: 'large', width: 9 },
            ],
          },
        },
        '7',
      ),
    ).toMatchObject({ arrival: { message: { reference: 'large' } } })
    expect(
      parseUpdate(
        { update_id: 1, callback_query: { id: 'q', data: 'send', message: { chat } } },
        '7',
      ),
    ).toMatchObject({
      answers: 'q',
      arrival: { message: { kind: 'pressed', data: 'send' } },
    })
  })
  it('of a group is never read', () => {
    expect(
      parseUpdate(
        { update_id: 1, message: { chat: { id: -1, type: 'group' }, text: 'secret' } },
        '7',
      ),
    ).toEqual({
      kind: 'group',
      updateId: 1,
      handle: '-1',
    })
  })
  it('of any other shape is ignored, and never throws', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        (update) =>
          void expect(['ignored', 'arrival', 'group']).toContain(parseUpdate(update, '7').kind),
      ),
    )
  })
})
