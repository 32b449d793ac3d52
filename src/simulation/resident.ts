import type { Category } from '../categories/category.ts'
import { readButton } from '../conversation/input.ts'
import { type WrittenLanguage, writtenLanguages } from '../language/written-language.ts'
import type { InboundMessage } from '../mailbox/message.ts'
import { day, hour, type Instant, minute } from '../platform/instant.ts'
import type { Chance } from './chance.ts'
import { type Act, buttonsOf, type Person, patience, presses, says } from './person.ts'
import { reportText, wordsFor } from './words.ts'

/**
 * A report that a resident has in mind. Anyone who is in a hurry, as in a storm, answers within
 * seconds.
 */
export type Matter = {
  readonly village: string
  readonly category: Category
  readonly isHurried: boolean
}

/** A made-up resident, who writes in one language and script. */
export type Resident = Person & { readonly begins: (matter: Matter, now: Instant) => Act }

/** A made-up resident with one report in mind. */
export function createResident(chance: Chance, language: WrittenLanguage): Resident {
  const state: {
    matter?: Matter | undefined
    saidIt: boolean
    begunAt: Instant
    wasAsked: boolean
  } = { saidIt: false, begunAt: 0, wasAsked: false }
  const happens = (share: number) => chance.next() < share
  const tell = (): InboundMessage => {
    state.saidIt = true
    return says(reportText(state.matter?.category ?? 'other', language, chance.below(4)))
  }
  /** The buttons that answer a question of the report, if one of them does. */
  const answer = (data: readonly string[]): string | undefined => {
    const has = (verb: string) => data.find((each) => readButton(each).verb === verb)
    const { matter } = state
    if (has('language') !== undefined && has('command') === undefined) return `language:${language}`
    if (has('notice') !== undefined) return 'notice:seen'
    if (matter === undefined) return undefined
    if (has('category') !== undefined) return `category:${matter.category}`
    if (has('concerns') !== undefined) return happens(0.5) ? 'concerns:team' : 'concerns:unsaid'
    if (has('named') !== undefined) return 'named:nobody'
    if (has('send') !== undefined) return happens(0.05) ? 'send:anonymously' : 'send'
    if (has('same') !== undefined) return happens(0.5) ? has('same') : 'different'
    if (has('here') !== undefined) return 'here'
    if (has('place') !== undefined)
      return (
        data.find((each) => matter.village.startsWith(readButton(each).argument)) ?? 'elsewhere'
      )
    return has('add') === undefined ? undefined : 'new'
  }
  return {
    begins: (matter, now) => {
      const isNew = state.begunAt === 0
      Object.assign(state, { matter, begunAt: now, saidIt: false, wasAsked: false })
      // From the notice board, or straight away.
      return {
        at: now,
        message: () => (isNew && happens(0.6) ? says(`/start v_${matter.village}`) : tell()),
      }
    },
    sees: (shown, now) => {
      const data = buttonsOf(shown)
      const soon =
        now +
        (state.matter?.isHurried === true
          ? 500 + chance.below(2_000)
          : 3_000 + patience(chance, 15_000))
      const act = (at: Instant, message: InboundMessage): readonly Act[] => [
        { at, message: () => message },
      ]
      const pressed = answer(data)
      if (pressed !== undefined) return act(soon, presses(pressed))
      if (
        data.length === 1 &&
        data[0] === 'command:cancel' &&
        state.matter !== undefined &&
        !state.saidIt
      )
        return [{ at: soon, message: tell }]
      if (data.length === 0)
        return isQuestion(shown.text)
          ? act(now + patience(chance, 2 * hour), says(wordsFor('answer', language)))
          : []
      const [first = ''] = data
      const { verb, argument } = readButton(first)
      if (verb === 'yes') {
        const isHappy = happens(now - state.begunAt < 3 * day ? 0.9 : 0.8)
        const answersAtAll = happens(state.wasAsked ? 0.5 : 0.8)
        state.wasAsked = true
        return answersAtAll
          ? act(now + patience(chance, 6 * hour), presses(`${isHappy ? 'yes' : 'no'}:${argument}`))
          : []
      }
      if (verb === 'rate' && happens(0.8)) {
        const isContent = happens(
          now - state.begunAt < 2 * day ? 0.94 : now - state.begunAt < 5 * day ? 0.82 : 0.6,
        )
        return act(
          now + patience(chance, 10 * minute),
          presses(`rate:${argument}:${isContent ? 'yes' : 'no'}`),
        )
      }
      if (verb === 'reopen') return act(soon, says(wordsFor('again', language)))
      return verb === 'noWord' ? act(soon, presses('noWord')) : []
    },
  }
}

/** Members ask in their own language. */
const questions = writtenLanguages.map((language) => wordsFor('question', language))
const isQuestion = (text: string) => questions.some((question) => text.includes(question))
