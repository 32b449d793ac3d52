import type { Saying } from '../../language/render.ts'
import type { ResidentEffect as Effect } from '../effects.ts'
import type { Facts, State } from './facts.ts'
import { afterwards, answerLasts, type ResidentStep, repeatQuestion, rest } from './next.ts'
import { askWhichIsUnsafe, say, urgentNumbers } from './questions.ts'
import { showEnded, showOwn } from './statuses.ts'

/** Shows where one request stands. */
export function statusOf(state: State, code: string, facts: Facts): ResidentStep {
  const ticket = facts.tickets.find((each) => each.code === code)
  const ended = facts.ended.find((each) => each.code === code)
  if (ticket !== undefined) return afterwards(state, facts, [showOwn(ticket)])
  return afterwards(state, facts, [ended === undefined ? say('status.none') : showEnded(ended)])
}

/** The next words go to this ticket. */
export function addTo(state: State, code: string, facts: Facts): ResidentStep {
  const what: Effect = { do: 'say', saying: { key: 'ask.whatToAdd', params: { code: { code } } } }
  if (state.at === 'idle')
    return {
      state: { at: 'idle', follows: { code, until: facts.now + answerLasts } },
      effects: [what],
    }
  return repeatQuestion(state, facts, say('draft.inHand'))
}

/** Somebody is in danger now: the numbers at once, and priority; or it was pressed by mistake. */
export function danger(state: State, argument: string, facts: Facts): ResidentStep {
  if (argument !== 'on' && argument !== 'off') {
    const numbers: Effect = { do: 'say', saying: urgentNumbers(`calm:${argument}`) }
    return afterwards(state, facts, [numbers, { do: 'setDanger', code: argument, isDanger: true }])
  }
  const numbers: readonly Effect[] =
    argument === 'on'
      ? [{ do: 'say', saying: urgentNumbers('danger:off') }]
      : [say('urgent.undone')]
  if (!('draft' in state)) return afterwards(state, facts, numbers)
  const { isDanger: _, ...calm } = state.draft
  const next: State = { ...state, draft: argument === 'on' ? { ...calm, isDanger: true } : calm }
  return afterwards(next, facts, numbers)
}

/** Asks for confirmation before everything is erased. */
export const forgetSure: Saying = {
  key: 'forget.sure',
  buttons: [
    [{ label: { key: 'button.forget' }, data: 'forget', tone: 'danger' }],
    [{ label: { key: 'button.keepAll' }, data: 'keepAll' }],
  ],
}

/**
 * One word is enough where there is one ticket; otherwise which of them is asked (protection P09).
 */
export function unsafe(state: State, facts: Facts): ResidentStep {
  const [only, ...others] = facts.takeable
  if (only === undefined) return repeatQuestion(state, facts, say('unsafe.none'))
  if (others.length === 0)
    return afterwards(rest(state), facts, [{ do: 'makeSafe', code: only.code }])
  return { state, effects: [{ do: 'say', saying: askWhichIsUnsafe(facts.takeable) }] }
}
