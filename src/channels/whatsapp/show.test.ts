import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyOf, limits } from './show.ts'

type Shown = {
  readonly type: 'button' | 'list'
  readonly body: { readonly text: string }
  readonly action: {
    readonly buttons?: readonly {
      readonly reply: { readonly id: string; readonly title: string }
    }[]
    readonly sections?: readonly {
      readonly rows: readonly {
        readonly id: string
        readonly title: string
        readonly description?: string
      }[]
    }[]
  }
}
const shown = (text: string, labels: readonly string[]) =>
  bodyOf(
    text,
    labels.map((label, at) => ({ label, data: `data:${at}` })),
    'Таңдаңыз',
  )['interactive'] as Shown
const rowsOf = ({ action }: Shown) => action.sections?.[0]?.rows ?? []

describe('a message in WhatsApp', () => {
  it('is a text where there is nothing to press', () =>
    expect(bodyOf('су бар', [], 'Таңдаңыз')).toEqual({
      type: 'text',
      text: { preview_url: false, body: 'су бар' },
    }))
  it('has up to three short choices as buttons', () =>
    expect(shown('Көмектесті ме?', ['Иә', 'Жоқ']).type).toBe('button'))
  it.each([
    ['more than three', 'x', ['a', 'b', 'c', 'd']],
    ['one that is too long for a button', 'x', ['Басқаларға беріп жіберу керек']],
    ['two that are called alike', 'x', ['a', 'a']],
    ['a text that is too long above buttons', 'x'.repeat(1_025), ['a']],
  ])('has a list for %s', (_, text, labels) => expect(shown(text, labels).type).toBe('list'))
  it('lets a long name go on below the title, cut between words', () =>
    expect(rowsOf(shown('x', ['Жер беру және кооперативтер ісі', 'б']))[0]).toEqual({
      id: 'data:0',
      title: 'Жер беру және…',
      description: 'кооперативтер ісі',
    }))
  it('stays within the limits, whatever is to be chosen, and keeps the order', () => {
    fc.assert(
      fc.property(
        fc
          .string({ minLength: 1, maxLength: limits.text, unit: 'grapheme' })
          .filter((text) => text.length <= limits.text),
        fc.array(
          fc
            .string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
            .filter((label) => label.trim() !== ''),
          {
            minLength: 1,
            maxLength: limits.rows,
          },
        ),
        (text, labels) => {
          const made = shown(text, labels)
          const ids =
            made.action.buttons?.map(({ reply }) => reply.id) ?? rowsOf(made).map(({ id }) => id)
          expect(ids).toEqual(labels.map((_, at) => `data:${at}`))
          for (const { reply } of made.action.buttons ?? [])
            expect(reply.title.length).toBeLessThanOrEqual(limits.buttonTitle)
          for (const { title, description = 'x' } of rowsOf(made)) {
            expect(title.length).toBeGreaterThan(0)
            expect(title.length).toBeLessThanOrEqual(limits.rowTitle)
            expect(description.length).toBeGreaterThan(0)
            expect(description.length).toBeLessThanOrEqual(limits.rowDescription)
          }
          if (made.type === 'button')
            expect(text.length).toBeLessThanOrEqual(limits.bodyWithButtons)
        },
      ),
    )
  })
})
