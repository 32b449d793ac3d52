import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Capabilities, Message } from './channel.ts'
import { fitTo } from './fit.ts'
import { programCan } from './program.ts'

const can = fc.record({
  charactersAMessage: fc.integer({ min: 20, max: 200 }),
  charactersACaption: fc.integer({ min: 5, max: 60 }),
  buttonsAMessage: fc.integer({ min: 1, max: 6 }),
  charactersAButton: fc.integer({ min: 3, max: 30 }),
})
const message = fc.record({
  text: fc.string({ unit: 'grapheme', maxLength: 500 }),
  buttons: fc.array(
    fc.array(
      fc.record({
        label: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
        data: fc.string({ maxLength: 10 }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    { maxLength: 8 },
  ),
  hasPicture: fc.boolean(),
})

it('whatever an app can show, every part fits and nothing is left out', () => {
  fc.assert(
    fc.property(message, can, ({ text, buttons, hasPicture }, bounds) => {
      const given: Message = {
        language: 'zh-Hans',
        text,
        buttons,
        confidential: true,
        ...(hasPicture
          ? { content: { kind: 'photo', bytes: Buffer.from('x'), contentType: 'image/jpeg' } }
          : {}),
      }
      const app: Capabilities = { ...programCan, ...bounds }
      const parts = fitTo(given, app)
      for (const [nth, part] of parts.entries()) {
        expect(part.text.length).toBeLessThanOrEqual(
          part.content === undefined ? bounds.charactersAMessage : bounds.charactersACaption,
        )
        expect(part.buttons.flat().length).toBeLessThanOrEqual(bounds.buttonsAMessage)
        for (const { label } of part.buttons.flat()) {
          expect(label.length).toBeLessThanOrEqual(bounds.charactersAButton)
          expect(label.isWellFormed()).toBe(true)
        }
        expect(part.text.isWellFormed()).toBe(true)
        expect(part.confidential).toBe(true)
        expect(part.content === undefined).toBe(!(hasPicture && nth === 0))
      }
      const shown = parts.map((part) => part.text).join('')
      expect(shown.startsWith(text)).toBe(true)
      expect(shown.slice(text.length)).toMatch(/^…*$/)
      expect(parts.flatMap((part) => part.buttons.flat().map(({ data }) => data))).toEqual(
        buttons.flat().map(({ data }) => data),
      )
    }),
  )
})

it('a message that fits stays as it is, and data that no app could carry is a fault of ours', () => {
  const given: Message = {
    language: 'kk-Cyrl',
    text: 'Көпір құлады',
    buttons: [[{ label: 'Иә', data: 'yes' }]],
  }
  expect(fitTo(given, programCan)).toEqual([given])
  const long = { ...given, buttons: [[{ label: 'Иә', data: 'ә'.repeat(33) }]] }
  expect(() => fitTo(long, programCan)).toThrow(RangeError)
})
