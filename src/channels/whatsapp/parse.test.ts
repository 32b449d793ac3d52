import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNotification } from './parse.ts'

const number = '106540352242922'
const told = (value: Readonly<Record<string, unknown>>) =>
  parseNotification(
    {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '1',
          changes: [
            { field: 'messages', value: { metadata: { phone_number_id: number }, ...value } },
          ],
        },
      ],
    },
    number,
  )
const of = (message: Readonly<Record<string, unknown>>) =>
  told({ messages: [{ id: 'wamid.A', from_user_id: 'KZ.1', ...message }] }).map((each) =>
    each.kind === 'arrival' ? each.arrival.message : each,
  )
const source = `${number}:wamid.A`

describe('a notification of WhatsApp', () => {
  it.each([
    [
      'words',
      { type: 'text', text: { body: 'су жоқ' } },
      { kind: 'said', text: 'су жоқ', files: [], source },
    ],
    [
      'an answer to a message',
      { type: 'text', text: { body: 'иә' }, context: { from: '7', id: 'wamid.B' } },
      { kind: 'said', text: 'иә', files: [], on: `${number}:wamid.B`, source },
    ],
    [
      'a photo with words',
      {
        type: 'image',
        image: { id: '77', mime_type: 'image/jpeg', sha256: 'x', caption: 'көпір' },
      },
      { kind: 'fileToFetch', text: 'көпір', fileKind: 'photo', reference: '77', source },
    ],
    [
      'a voice note',
      { type: 'audio', audio: { id: '78', voice: true, mime_type: 'audio/ogg; codecs=opus' } },
      { kind: 'fileToFetch', text: '', fileKind: 'voice', reference: '78', source },
    ],
    [
      'a photo as a document',
      {
        type: 'document',
        document: { id: '79', filename: 'IMG_1.HEIC', mime_type: 'application/octet-stream' },
      },
      { kind: 'fileToFetch', text: '', fileKind: 'photo', reference: '79', source },
    ],
    [
      'a document that is no photo',
      { type: 'document', document: { id: '80', filename: 'хат.docx', caption: 'арыз' } },
      { kind: 'said', text: 'арыз', files: [], source, lost: 'kind' },
    ],
    [
      'a pressed button',
      {
        type: 'interactive',
        interactive: { type: 'button_reply', button_reply: { id: 'send', title: 'Жіберу' } },
        context: { id: 'wamid.C' },
      },
      { kind: 'pressed', data: 'send', on: `${number}:wamid.C` },
    ],
    [
      'a chosen row',
      {
        type: 'interactive',
        interactive: {
          type: 'list_reply',
          list_reply: { id: 'category:road', title: 'Жол', description: 'x' },
        },
      },
      { kind: 'pressed', data: 'category:road' },
    ],
    [
      'a button of a template',
      { type: 'button', button: { payload: 'command:status', text: 'Көрсету' } },
      { kind: 'pressed', data: 'command:status' },
    ],
    [
      'a named place, no finer than 100 m',
      {
        type: 'location',
        location: { latitude: 43.41234, longitude: 83.25678, name: 'Мектеп', address: 'Абай 1' },
      },
      { kind: 'located', latitude: 43.412, longitude: 83.257, text: 'Мектеп\nАбай 1' },
    ],
    [
      'a video',
      { type: 'video', video: { id: '81', caption: 'қара' } },
      { kind: 'said', text: 'қара', files: [], source, lost: 'kind' },
    ],
    [
      'an edited message',
      {
        type: 'edit',
        edit: {
          original_message_id: 'wamid.Z',
          message: { type: 'text', text: { body: 'су бар' } },
        },
      },
      { kind: 'edited', text: 'су бар', source: `${number}:wamid.Z` },
    ],
  ])('reads %s', (_, message, expected) => expect(of(message)).toEqual([expected]))

  it.each([
    ['a reaction', { type: 'reaction', reaction: { emoji: '👍', message_id: 'x' } }],
    ['words that were taken back', { type: 'revoke', revoke: { original_message_id: 'x' } }],
  ])('passes over %s', (_, message) => expect(of(message)).toEqual([]))

  it.each([
    [
      'the number with us',
      { from_user_id: 'KZ.1', from: '7701' },
      [{ user_id: 'KZ.2', wa_id: '7701' }],
      'KZ.1',
    ],
    [
      'the contact beside it',
      { from_user_id: undefined, from: '7701' },
      [{ user_id: 'KZ.2', wa_id: '7701' }],
      'KZ.2',
    ],
    [
      'the telephone number where there is nothing else',
      { from_user_id: undefined, from: '7701' },
      [],
      '7701',
    ],
  ])('names its sender by %s', (_, sender, contacts, expected) => {
    const [each] = told({
      contacts,
      messages: [{ id: 'A', type: 'text', text: { body: 'x' }, ...sender }],
    })
    expect(each).toMatchObject({ kind: 'arrival', arrival: { handle: expected } })
  })

  it('tells the failed messages among the states, by their code', () =>
    expect(
      told({
        statuses: [
          { id: 'w1', status: 'delivered', recipient_id: '7701' },
          {
            id: 'w2',
            status: 'failed',
            recipient_id: '7701',
            recipient_user_id: 'KZ.1',
            errors: [{ code: 131047 }],
          },
        ],
      }),
    ).toEqual([{ kind: 'failed', handles: ['KZ.1', '7701'], externalId: 'w2', code: 131047 }]))

  it('loses no message for a broken one beside it', () =>
    expect(
      told({
        contacts: 'none',
        statuses: 7,
        messages: [
          { id: 5 },
          null,
          { id: 'B', from: '7701', type: 'text', text: { body: 'су' }, context: 3, image: [] },
        ],
      }),
    ).toMatchObject([{ arrival: { handle: '7701', message: { kind: 'said', text: 'су' } } }]))

  it('bears anything', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        parseNotification(value, number)
        parseNotification({ entry: [value, { changes: [value, { value }] }] }, number)
        of(value as Record<string, unknown>)
      }),
    )
  })
})
