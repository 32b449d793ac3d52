import {
  isResidentLanguage,
  type MessageKey,
  type ResidentLanguage,
} from '../../language/catalogue.ts'
import type { Danger } from '../../language/danger.ts'
import { unreachable } from '../../platform/unreachable.ts'
import { type ResidentEffect as Effect, editedItems, type Item } from '../effects.ts'
import { type Input, readButton, startParameter } from '../input.ts'
import { answered, changed, saidAlike } from './answers.ts'
import { draftOf, isEmpty, withDraft, withItem, withPlace } from './draft.ts'
import type { Facts, PlaceFact, State } from './facts.ts'
import {
  afterwards,
  answerLasts,
  asking,
  askNext,
  begin,
  idle,
  type ResidentStep,
  repeatQuestion,
  rest,
  welcomed,
  withEffects,
} from './next.ts'
import { addTo, danger, forgetSure, statusOf, unsafe } from './own-tickets.ts'
import { ask, askAgain, button, listening, say } from './questions.ts'
import { showOwn, showStatus } from './statuses.ts'
import { added, located, locationText, repliedTo, said } from './words.ts'

type Said = Extract<Input, { kind: 'said' }>
/**
 * One step of a resident's conversation. Total: every state answers every input, and nothing that
 * was said is lost.
 */
export function step(state: State, input: Input, facts: Facts): ResidentStep {
  const heard = hearLanguage(facts)
  const known = heard.language ?? facts.language
  const help = facts.danger === undefined ? [] : [say(numbersFor[facts.danger])]
  const lost = lostOf(input)
  const { state: next, effects } =
    known === undefined && !choosesLanguage(input)
      ? firstLanguage(state, input, facts)
      : respond(state, input, facts)
  return { state: next, effects: [...heard.effects, ...help, ...lost, ...effects] }
}

/** What could not be taken, in one sentence; the rest of the message is handled as ever. */
function lostOf(input: Input): readonly Effect[] {
  return 'lost' in input && input.lost !== undefined ? [say(`lost.${input.lost}`)] : []
}

/** The language follows what is written until the resident chooses one. */
function hearLanguage(facts: Facts): {
  readonly language: ResidentLanguage | undefined
  readonly effects: readonly Effect[]
} {
  if (facts.languageChosen || facts.detected === undefined || facts.detected === facts.language)
    return { language: facts.language, effects: [] }
  return {
    language: facts.detected,
    effects: [{ do: 'setLanguage', language: facts.detected, chosen: false }],
  }
}

/** Whom to call, in words that suit the danger. */
const numbersFor = {
  self: 'urgent.self',
  home: 'urgent.home',
  other: 'urgent.numbers',
} as const satisfies Record<Danger, MessageKey>

const choosesLanguage = (input: Input) =>
  input.kind === 'pressed' && readButton(input.data).verb === 'language'

function firstLanguage(state: State, input: Input, facts: Facts): ResidentStep {
  const parameter = startParameter(input)
  if (parameter?.startsWith('i_') === true)
    return { state, effects: [{ do: 'join', invitation: parameter.slice(2) }] }
  const item = facts.smallTalk === undefined ? itemOf(input) : undefined
  const draft = item === undefined ? draftOf(state) : withItem(draftOf(state), item)
  const place = placeOfStart(input, facts)
  const next = asking(
    { at: 'whichLanguage', draft: place === undefined ? draft : { ...draft, place } },
    facts,
  )
  return place === undefined ? next : withEffects([{ do: 'rememberPlace', code: place.code }], next)
}

/** The words and files of an input, where it has any. */
function itemOf(input: Input): Item | undefined {
  switch (input.kind) {
    case 'said':
      return toItem(input)
    case 'command':
      return startParameter(input) === undefined ? toItem(input) : undefined
    case 'located':
      return { text: locationText(input), files: [] }
    case 'edited':
      return toItem(input)
    case 'pressed':
      return undefined
    default:
      return unreachable(input)
  }
}

function toItem({
  text,
  files,
  source,
}: Pick<Said, 'text' | 'files' | 'source'>): Item | undefined {
  if (text.trim() === '' && files.length === 0) return undefined
  return { text, files, ...(source === undefined ? {} : { source }) }
}

function respond(state: State, input: Input, facts: Facts): ResidentStep {
  switch (input.kind) {
    case 'command':
      return command(state, input, facts)
    case 'pressed':
      return input.isByNumber === true && sendsAtOnce(input.data)
        ? reallySend(state, input.data, facts)
        : pressed(state, input.data, facts)
    case 'said':
      return saidAnything(state, input, facts)
    case 'located':
      return located(state, input, facts)
    case 'edited':
      return edited(state, input, facts)
    default:
      return unreachable(input)
  }
}

/** A command; words or a file with it are said after it. */
function command(
  state: State,
  input: Extract<Input, { kind: 'command' }>,
  facts: Facts,
): ResidentStep {
  const parameter = startParameter(input)
  const words: Said | undefined =
    parameter === undefined && toItem(input) !== undefined ? { ...input, kind: 'said' } : undefined
  const first =
    parameter === undefined ? commanded(state, input.name, facts) : start(state, parameter, facts)
  if (words === undefined) return first
  const next = saidAnything(first.state, words, { ...facts, smallTalk: undefined })
  // What the command asks for is what the words say.
  const isBeginning = input.name === 'new' || input.name === 'start'
  const kept = isBeginning
    ? first.effects.filter((effect) => effect.do !== 'say')
    : first.effects.filter((effect) => effect.do !== 'say' || effect.saying.asks !== true)
  return { state: next.state, effects: [...kept, ...next.effects] }
}

function commanded(state: State, name: string, facts: Facts): ResidentStep {
  switch (name) {
    case 'start':
      return state.at === 'idle'
        ? { state, effects: [say('welcome'), { do: 'say', saying: ask(idle, facts) }] }
        : repeatQuestion(state, facts)
    case 'new':
      return state.at === 'idle'
        ? begin({ items: [] }, facts)
        : repeatQuestion(state, facts, say('draft.inHand'))
    case 'cancel':
      return state.at === 'idle'
        ? repeatQuestion(idle, facts, say('cancel.nothing'))
        : {
            state: { at: 'idle', ended: 'stopped' },
            effects: [say('cancel.done'), { do: 'say', saying: ask(idle, facts) }],
          }
    case 'status':
      return afterwards(state, facts, showStatus(facts))
    case 'forget':
      return { state, effects: [{ do: 'say', saying: forgetSure }] }
    case 'who':
      return afterwards(state, facts, [{ do: 'showWho' }])
    case 'unsafe':
      return unsafe(state, facts)
    case 'mydata':
      return afterwards(state, facts, [{ do: 'sendMyData' }])
    case 'help':
      return afterwards(state, facts, [say('help')])
    case 'listen': {
      const changes = facts.hearing === 'on' || facts.hearing === 'off'
      const asked: readonly Effect[] =
        state.at === 'idle' && changes ? [{ do: 'say', saying: ask(state, facts) }] : []
      return afterwards(state, facts, [...listening(facts.hearing), ...asked])
    }
    case 'privacy':
      return afterwards(state, facts, [say('privacy')])
    case 'language':
      return {
        state,
        effects: [{ do: 'say', saying: ask({ at: 'whichLanguage', draft: { items: [] } }, facts) }],
      }
    default:
      return repeatQuestion(state, facts, say('notUnderstood.command'))
  }
}

function start(state: State, parameter: string, facts: Facts): ResidentStep {
  if (parameter.startsWith('i_'))
    return { state, effects: [{ do: 'join', invitation: parameter.slice(2) }] }
  const place = facts.named?.takesReports === true ? facts.named : undefined
  if (place === undefined) return commanded(state, 'start', facts)
  // Kept also beside the draft: it is there again after the report was stopped.
  const remember: Effect = { do: 'rememberPlace', code: place.code }
  if (state.at !== 'idle')
    return withEffects([remember], askNext(withPlace(draftOf(state), place), facts))
  return withEffects([remember, say('welcome')], begin({ items: [], place }, facts))
}

const sendsAtOnce = (data: string) => readButton(data).verb === 'send'

/** A slip of a finger must not send a report: what a number sends is asked about once. */
function reallySend(state: State, data: string, facts: Facts): ResidentStep {
  if (state.at !== 'confirm') return late(state, facts)
  const isAnonymous = data !== 'send'
  return {
    state,
    effects: [
      {
        do: 'say',
        saying: {
          key: isAnonymous ? 'number.sureAnonymously' : 'number.sure',
          asks: true,
          buttons: [
            [
              {
                ...button(isAnonymous ? 'button.sendAnonymously' : 'button.send', `sure:${data}`),
                tone: 'filled',
              },
            ],
            [button('button.back', 'look')],
          ],
        },
      },
    ],
  }
}

/** The resident pressed a button. */
function pressed(state: State, data: string, facts: Facts): ResidentStep {
  const { verb, argument, second } = readButton(data)
  switch (verb) {
    case 'command':
      return commanded(state, argument, facts)
    case 'language':
      return isResidentLanguage(argument)
        ? languageChosen(state, argument, facts)
        : late(state, facts)
    case 'status':
      return statusOf(state, argument, facts)
    case 'addTo':
      return addTo(state, argument, facts)
    case 'danger':
      return danger(state, argument, facts)
    case 'calm':
      return afterwards(state, facts, [{ do: 'setDanger', code: argument, isDanger: false }])
    case 'yes':
      return afterwards(rest(state), facts, [{ do: 'agree', code: argument }])
    case 'rate':
      if (second !== 'yes' && second !== 'no') return late(state, facts)
      return withEffects(
        [{ do: 'rate', code: argument, satisfied: second === 'yes' }],
        asking({ at: 'ratingWord', code: argument, back: rest(state) }, facts),
      )
    case 'unfollow':
      return afterwards(state, facts, [{ do: 'unfollow', code: argument }])
    case 'no':
      return asking({ at: 'whyNot', code: argument, back: rest(state) }, facts)
    case 'withdraw':
      return {
        state,
        effects: [
          {
            do: 'say',
            saying: {
              key: 'withdraw.sure',
              params: { code: { code: argument } },
              buttons: [
                [
                  {
                    label: { key: 'button.withdraw' },
                    data: `withdrawn:${argument}`,
                    tone: 'danger',
                  },
                ],
                [{ label: { key: 'button.keep' }, data: 'keep' }],
              ],
            },
          },
        ],
      }
    case 'withdrawn':
      return afterwards(state, facts, [{ do: 'withdraw', code: argument }])
    case 'appeal':
      return afterwards(state, facts, [{ do: 'appeal', code: argument }])
    case 'unsafe':
      return afterwards(rest(state), facts, [{ do: 'makeSafe', code: argument }])
    case 'forget':
      return { state: idle, effects: [{ do: 'forget' }] }
    case 'reveal':
      return afterwards(state, facts, [{ do: 'showNumbers', code: argument }])
    case 'original':
      return { state, effects: [{ do: 'showOriginal', code: argument }] }
    case 'sure':
      return pressed(state, data.slice('sure:'.length), facts)
    case 'look':
      return repeatQuestion(state, facts)
    case 'keep':
      return repeatQuestion(state, facts, say('withdraw.kept'))
    case 'keepAll':
      return repeatQuestion(state, facts, say('forget.kept'))
    default:
      return (
        answered(state, { verb, argument }, facts) ??
        changed(state, { verb, argument }, facts) ??
        late(state, facts)
      )
  }
}

/** A button of a question that was answered before: what became of it. */
function late(state: State, facts: Facts): ResidentStep {
  if (state.at !== 'idle') return repeatQuestion(state, facts, say('late.answered'))
  return repeatQuestion(
    state,
    facts,
    say(state.ended === undefined ? 'notUnderstood.button' : `late.${state.ended}`),
  )
}

function languageChosen(state: State, language: ResidentLanguage, facts: Facts): ResidentStep {
  const set: Effect = { do: 'setLanguage', language, chosen: true }
  if (state.at === 'idle' && facts.language === undefined)
    return withEffects([set], welcomed(facts))
  if (state.at !== 'whichLanguage')
    return { state, effects: [set, say('language.set'), { do: 'say', saying: ask(state, facts) }] }
  const next =
    isEmpty(state.draft) && state.draft.place === undefined
      ? welcomed(facts)
      : begin(state.draft, facts)
  return withEffects([set], next)
}

/** A message with words, files, or only with something that could not be taken. */
function saidAnything(state: State, input: Said, facts: Facts): ResidentStep {
  const item = toItem(input)
  if (item === undefined) return repeatQuestion(state, facts)
  const ticket = facts.repliedTo
  const talk = item.files.length === 0 ? facts.smallTalk : undefined
  if (talk !== undefined) return talked(state, item, talk, facts)
  if (ticket !== undefined) return repliedTo(state, ticket, item, input, facts)
  return said(state, item, input, facts)
}

/**
 * Thanks, a greeting, a yes, a question mark: answered kindly, and no part of any report. A word
 * that answers the question which is open now is that answer; it never sends and never erases
 * anything.
 */
function talked(
  state: State,
  item: Item,
  talk: NonNullable<Facts['smallTalk']>,
  facts: Facts,
): ResidentStep {
  const answer = answeredByWord(state, item, talk, facts)
  if (answer !== undefined) return answer
  // A word of a language answers the question for it.
  if (state.at === 'whichLanguage')
    return isEmpty(state.draft) && state.draft.place === undefined
      ? welcomed(facts)
      : begin(state.draft, facts)
  if (talk === 'what')
    return state.at === 'idle' && facts.tickets.length > 0
      ? afterwards(state, facts, facts.tickets.slice(0, 5).map(showOwn))
      : repeatQuestion(state, facts)
  if (state.at === 'idle')
    return talk === 'greeting' && !facts.noticeSeen
      ? welcomed(facts)
      : { state, effects: [say(`smallTalk.${talk}`)] }
  const key =
    state.at === 'confirm' && (talk === 'yes' || talk === 'ok')
      ? 'smallTalk.pressSend'
      : (`smallTalk.${talk}` as const)
  return {
    state,
    effects: [{ do: 'say', saying: { ...askAgain(state, facts), leads: [{ key }] } }],
  }
}

function answeredByWord(
  state: State,
  item: Item,
  talk: NonNullable<Facts['smallTalk']>,
  facts: Facts,
): ResidentStep | undefined {
  const agrees = talk === 'yes' || talk === 'ok'
  if (!agrees && talk !== 'no') return undefined
  switch (state.at) {
    case 'idle': {
      const asked = facts.tickets.filter(
        (ticket) =>
          ticket.asked && (facts.repliedTo === undefined || ticket.code === facts.repliedTo),
      )
      const [question] = asked
      if (question !== undefined && asked.length === 1)
        return added(state, question.code, [item], facts, answerLasts)
      const resolved = facts.tickets.filter(
        ({ status, code }) =>
          status === 'resolved' && (facts.repliedTo === undefined || code === facts.repliedTo),
      )
      const [helped] = resolved
      if (helped === undefined || resolved.length !== 1 || asked.length > 0 || talk === 'ok')
        return undefined
      return pressed(state, `${talk}:${helped.code}`, facts)
    }
    case 'notice':
      return agrees ? pressed(state, 'notice:seen', facts) : undefined
    case 'samePlace':
      return pressed(state, agrees ? 'here' : 'elsewhere', facts)
    case 'alike':
      return talk === 'ok' ? undefined : saidAlike(state, talk === 'yes' ? 'same' : 'different')
    case 'ratingWord':
      return talk === 'no' ? pressed(state, 'noWord', facts) : undefined
    case 'whatHappened':
    case 'whichPlace':
    case 'whichCategory':
    case 'whomItConcerns':
    case 'whoOfTheTeam':
    case 'confirm':
    case 'rewriting':
    case 'addOrNew':
    case 'returned':
    case 'whyNot':
    case 'whichLanguage':
      return undefined
    default:
      return unreachable(state)
  }
}

/**
 * New words for an earlier message: in the draft they take the place of the old ones; a member who
 * has those gets a correction.
 */
function edited(
  state: State,
  input: Extract<Input, { kind: 'edited' }>,
  facts: Facts,
): ResidentStep {
  const { source, text, files } = input
  const before = draftOf(state).items.find((item) => item.source === source)
  if (before !== undefined) {
    if (before.text === text && files.length === 0) return { state, effects: [] }
    const next = withDraft(state, (draft) => ({ ...draft, items: editedItems(draft.items, input) }))
    return repeatQuestion(next, facts, say('draft.changed'))
  }
  if (files.length === 0 && (facts.corrected?.isSame === true || text.trim() === ''))
    return { state, effects: [] }
  if (facts.corrected !== undefined)
    return afterwards(state, facts, [
      { do: 'correct', code: facts.corrected.code, item: { text, files, source } },
    ])
  // The old words are nowhere any more: the new ones are as if they had just been written.
  return saidAnything(state, { kind: 'said', text, files, source, isBurst: false }, facts)
}

function placeOfStart(input: Input, facts: Facts): PlaceFact | undefined {
  return startParameter(input) !== undefined && facts.named?.takesReports === true
    ? facts.named
    : undefined
}
