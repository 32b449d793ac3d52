import { type Category, isCategory } from '../../categories/category.ts'
import { isResidentLanguage, type ResidentLanguage } from '../../language/catalogue.ts'
import type { Saying } from '../../language/render.ts'
import { minute } from '../../platform/instant.ts'
import { unreachable } from '../../platform/unreachable.ts'
import {
  concerns,
  type ResidentEffect as Effect,
  editedItems,
  type Item,
  type Step,
} from '../effects.ts'
import { type Input, readButton, startParameter } from '../input.ts'
import type { Draft, Facts, PlaceFact, State } from './facts.ts'
import {
  ask,
  askAgain,
  askWhichIsUnsafe,
  say,
  showEnded,
  showOwn,
  showStatus,
  urgentNumbers,
} from './questions.ts'

type ResidentStep = Step<State, Effect>
type Said = Extract<Input, { kind: 'said' }>
type Idle = State & { at: 'idle' }

export const idle: Idle = { at: 'idle' }

/**
 * The longest text, in characters, that is taken for a name and not for more of the report; a
 * Chinese one says twice as much.
 */
const longestName = { letters: 24, han: 12 } as const

function mayBeName(text: string): boolean {
  const { length } = text.trim()
  return length <= (/\p{Script=Han}/u.test(text) ? longestName.han : longestName.letters)
}

/**
 * What follows an answer to a member's question belongs to it for so long, unless the resident
 * starts something else.
 */
const answerLasts = 30 * minute
/** What follows words that were added to a ticket belongs to them for so long. */
const additionLasts = minute

/**
 * One step of a resident's conversation. Total: every state answers every input, and nothing that
 * was said is lost.
 */
export function step(state: State, input: Input, facts: Facts): ResidentStep {
  const heard = hearLanguage(facts)
  const known = heard.language ?? facts.language
  const help = facts.isUrgent ? [say('urgent.numbers')] : []
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
      return pressed(state, input.data, facts)
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
        : again(state, facts)
    case 'new':
      return state.at === 'idle'
        ? begin({ items: [] }, facts)
        : again(state, facts, say('draft.inHand'))
    case 'cancel':
      return state.at === 'idle'
        ? again(idle, facts, say('cancel.nothing'))
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
    case 'privacy':
      return afterwards(state, facts, [say('privacy')])
    case 'language':
      return {
        state,
        effects: [{ do: 'say', saying: ask({ at: 'whichLanguage', draft: { items: [] } }, facts) }],
      }
    default:
      return again(state, facts, say('notUnderstood.command'))
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
    return withEffects([remember], go(withPlace(draftOf(state), place), facts))
  return withEffects([remember, say('welcome')], begin({ items: [], place }, facts))
}

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
    case 'keep':
      return again(state, facts, say('withdraw.kept'))
    case 'keepAll':
      return again(state, facts, say('forget.kept'))
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
  if (state.at !== 'idle') return again(state, facts, say('late.answered'))
  return again(
    state,
    facts,
    say(state.ended === undefined ? 'notUnderstood.button' : `late.${state.ended}`),
  )
}

/** The subject or the place of a report in hand, chosen once more from an earlier question. */
function changed(
  state: State,
  { verb, argument }: Pressed,
  facts: Facts,
): ResidentStep | undefined {
  if (!isDrafting(state)) return undefined
  if (verb === 'category' && isCategory(argument) && state.draft.category !== undefined)
    return go(withCategory(state.draft, argument), facts)
  if (verb === 'place' && facts.named?.takesReports === true && state.draft.place !== undefined)
    return go(withPlace(state.draft, facts.named), facts)
  return undefined
}

type Drafting = State & {
  at: 'whichPlace' | 'samePlace' | 'whichCategory' | 'whomItConcerns' | 'whoOfTheTeam' | 'confirm'
}

/** Whether a report that was begun with consent is in hand. */
function isDrafting(state: State): state is Drafting {
  return [
    'whichPlace',
    'samePlace',
    'whichCategory',
    'whomItConcerns',
    'whoOfTheTeam',
    'confirm',
  ].includes(state.at)
}

function statusOf(state: State, code: string, facts: Facts): ResidentStep {
  const ticket = facts.tickets.find((each) => each.code === code)
  const ended = facts.ended.find((each) => each.code === code)
  if (ticket !== undefined) return afterwards(state, facts, [showOwn(ticket)])
  return afterwards(state, facts, [ended === undefined ? say('status.none') : showEnded(ended)])
}

/** The next words go to this ticket. */
function addTo(state: State, code: string, facts: Facts): ResidentStep {
  const what: Effect = { do: 'say', saying: { key: 'ask.whatToAdd', params: { code: { code } } } }
  if (state.at === 'idle')
    return {
      state: { at: 'idle', follows: { code, until: facts.now + answerLasts } },
      effects: [what],
    }
  return again(state, facts, say('draft.inHand'))
}

/** Somebody is in danger now: the numbers at once, and priority; or it was pressed by mistake. */
function danger(state: State, argument: string, facts: Facts): ResidentStep {
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

const forgetSure: Saying = {
  key: 'forget.sure',
  buttons: [
    [{ label: { key: 'button.forget' }, data: 'forget', tone: 'danger' }],
    [{ label: { key: 'button.keepAll' }, data: 'keepAll' }],
  ],
}

/**
 * One word is enough where there is one ticket; otherwise which of them is asked (protection P09).
 */
function unsafe(state: State, facts: Facts): ResidentStep {
  const [only, ...others] = facts.takeable
  if (only === undefined) return again(state, facts, say('unsafe.none'))
  if (others.length === 0)
    return afterwards(rest(state), facts, [{ do: 'makeSafe', code: only.code }])
  return { state, effects: [{ do: 'say', saying: askWhichIsUnsafe(facts.takeable) }] }
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

type Pressed = { readonly verb: string; readonly argument: string }

/** What a button answers in the state that asked; `undefined` when it belongs to another one. */
function answered(
  state: State,
  { verb, argument }: Pressed,
  facts: Facts,
): ResidentStep | undefined {
  switch (state.at) {
    case 'notice':
      if (verb !== 'notice') return undefined
      return withEffects([{ do: 'noticeSeen' }], go(state.draft, { ...facts, noticeSeen: true }))
    case 'samePlace':
      if (verb === 'here') return go(withPlace(state.draft, state.place), facts)
      return verb === 'elsewhere'
        ? asking({ at: 'whichPlace', draft: state.draft, within: null }, facts)
        : undefined
    case 'whichPlace':
      if (verb === 'elsewhere') return asking({ ...state, within: null }, facts)
      if (verb !== 'place' || facts.named === undefined) return undefined
      return facts.named.takesReports
        ? go(withPlace(state.draft, facts.named), facts)
        : asking({ ...state, within: facts.named.code }, facts)
    case 'whichCategory':
      if (verb === 'allCategories' || verb === 'likelyCategories')
        return asking(
          {
            at: 'whichCategory',
            draft: state.draft,
            ...(verb === 'allCategories' ? { isWhole: true as const } : {}),
          },
          facts,
        )
      return verb === 'category' && isCategory(argument)
        ? go(withCategory(state.draft, argument), facts)
        : undefined
    case 'whomItConcerns': {
      const concern = concerns.find((each) => each === argument)
      if (verb !== 'concerns' || concern === undefined) return undefined
      if (concern === 'team' && facts.team.length > 0)
        return asking({ at: 'whoOfTheTeam', draft: state.draft }, facts)
      return go({ ...state.draft, concerns: concern }, facts)
    }
    case 'whoOfTheTeam': {
      if (verb !== 'named') return undefined
      const member = facts.team.find(({ id }) => id === argument)
      if (member === undefined && argument !== 'nobody') return undefined
      return go(
        { ...state.draft, concerns: member === undefined ? 'team' : { member: member.id } },
        facts,
      )
    }
    case 'confirm':
      return confirmed(state.draft, { verb, argument }, facts)
    case 'rewriting':
      return verb === 'keepWords' ? asking({ at: 'confirm', draft: state.draft }, facts) : undefined
    case 'addOrNew':
    case 'returned':
      if (verb === 'new') return begin(state.draft, facts)
      return verb === 'add'
        ? added(idle, argument, state.draft.items, facts, additionLasts)
        : undefined
    case 'whyNot':
      return verb === 'reopen' && argument === state.code ? reopened(state, [], facts) : undefined
    case 'ratingWord':
      return verb === 'noWord' ? again(state.back, facts, say('rating.thanks')) : undefined
    case 'alike':
      return saidAlike(
        state,
        verb === 'same' && argument === state.alike.handle
          ? 'same'
          : verb === 'different'
            ? 'different'
            : undefined,
      )
    case 'idle':
    case 'whatHappened':
    case 'whichLanguage':
      return undefined
    default:
      return unreachable(state)
  }
}

function saidAlike(
  state: State & { at: 'alike' },
  is: 'same' | 'different' | undefined,
): ResidentStep | undefined {
  if (is === 'same')
    return {
      state: sentState,
      effects: [
        {
          do: 'follow',
          handle: state.alike.handle,
          category: state.alike.category,
          items: state.draft.items,
          placeCode: state.alike.place.code,
        },
      ],
    }
  return is === 'different' ? sent(state.draft, false) : undefined
}

function confirmed(
  draft: Draft,
  { verb, argument }: Pressed,
  facts: Facts,
): ResidentStep | undefined {
  const { place, category } = draft
  if (verb === 'changePlace') return asking({ at: 'whichPlace', draft, within: null }, facts)
  if (verb === 'changeCategory') return asking({ at: 'whichCategory', draft }, facts)
  if (verb === 'changeWords') return asking({ at: 'rewriting', draft }, facts)
  if (verb !== 'send' || place === undefined || category === undefined) return undefined
  const anonymous = argument === 'anonymously'
  // An anonymous reporter joins nobody: that would tie them to the ticket for good.
  return facts.alike === undefined || anonymous
    ? sent(draft, anonymous)
    : asking({ at: 'alike', draft, alike: facts.alike }, facts)
}

const sentState: Idle = { at: 'idle', ended: 'sent' }

function sent(
  { place, category, concerns: concern, items, isDanger }: Draft,
  anonymous: boolean,
): ResidentStep | undefined {
  if (place === undefined || category === undefined) return undefined
  // Of an anonymous report the chat remembers nothing.
  const remember: Effect = { do: 'rememberPlace', code: anonymous ? null : place.code }
  return {
    state: sentState,
    effects: [
      remember,
      {
        do: 'openTicket',
        items,
        placeCode: place.code,
        category,
        concerns: concern,
        anonymous,
        isDanger: isDanger === true,
      },
    ],
  }
}

/** A message with words, files, or only with something that could not be taken. */
function saidAnything(state: State, input: Said, facts: Facts): ResidentStep {
  const item = toItem(input)
  if (item === undefined) return again(state, facts)
  const ticket = facts.repliedTo
  const talk = item.files.length === 0 ? facts.smallTalk : undefined
  if (talk !== undefined) return talked(state, item, talk, facts)
  if (ticket !== undefined) return repliedTo(state, ticket, item, input, facts)
  return said(state, item, input, facts)
}

/** A reply goes to the ticket of the message that it replies to, whatever else is in hand. */
function repliedTo(
  state: State,
  code: string,
  item: Item,
  { isBurst }: { readonly isBurst: boolean },
  facts: Facts,
): ResidentStep {
  const asked = facts.tickets.find((ticket) => ticket.code === code)?.asked === true
  if (state.at === 'idle')
    return added(state, code, [item], facts, asked ? answerLasts : additionLasts, isBurst)
  return afterwards(state, facts, [{ do: 'add', code, items: [item], isMore: false }])
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
      : again(state, facts)
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

type How = { readonly isBurst: boolean }

function said(state: State, item: Item, how: How, facts: Facts): ResidentStep {
  switch (state.at) {
    case 'idle':
      return saidAtRest(state, item, how, facts)
    case 'whatHappened':
      return go(withItem(state.draft, item), facts)
    case 'whichPlace':
      return saidPlace(state, item, how, facts)
    case 'whichCategory':
      return saidCategory(state, item, how, facts)
    case 'whyNot':
      return reopened(state, [item], facts)
    case 'ratingWord':
      return withEffects(
        [{ do: 'addWord', code: state.code, item }],
        again(state.back, facts, say('rating.thanks')),
      )
    case 'whichLanguage':
      return begin(withItem(state.draft, item), facts)
    case 'rewriting': {
      // The files stay: only the words are taken back, by the person who wrote them.
      const files = state.draft.items
        .filter((each) => each.files.length > 0)
        .map((each) => ({ ...each, text: '' }))
      return go({ ...state.draft, items: [...files, item] }, facts)
    }
    case 'notice':
    case 'samePlace':
    case 'whomItConcerns':
    case 'whoOfTheTeam':
    case 'confirm':
    case 'addOrNew':
    case 'returned':
    case 'alike':
      return addedToDraft(state, item, how, facts)
    default:
      return unreachable(state)
  }
}

function saidAtRest(state: Idle, item: Item, { isBurst }: How, facts: Facts): ResidentStep {
  const asked = facts.tickets.filter((ticket) => ticket.asked)
  const follows =
    facts.now < (state.follows?.until ?? 0)
      ? facts.tickets.find(({ code }) => code === state.follows?.code)
      : undefined
  const [only] = asked
  if (follows !== undefined && (isBurst || asked.length === 0 || follows.asked))
    return added(state, follows.code, [item], facts, answerLasts, isBurst)
  if (only !== undefined && asked.length === 1)
    return added(state, only.code, [item], facts, answerLasts)
  const draft = withItem({ items: [] }, item)
  return facts.tickets.length > 0 ? asking({ at: 'addOrNew', draft }, facts) : begin(draft, facts)
}

/** Words go to a ticket, and what follows them goes there too for a while. */
function added(
  state: Idle,
  code: string,
  items: readonly Item[],
  facts: Facts,
  lasts: number,
  isBurst = false,
): ResidentStep {
  const isMore = isBurst && state.follows?.code === code
  const until = Math.max(facts.now + lasts, state.follows?.code === code ? state.follows.until : 0)
  return {
    state: { at: 'idle', follows: { code, until } },
    effects: [{ do: 'add', code, items, isMore }],
  }
}

function whichOfThese(places: readonly PlaceFact[]): Saying {
  const buttons = places.map((place) => [
    { label: { names: place.names }, data: `place:${place.key}` },
  ])
  return {
    key: 'place.whichOfThese',
    asks: true,
    buttons: [...buttons, [{ label: { key: 'button.elsewhere' }, data: 'elsewhere' }]],
  }
}

/**
 * A shared location goes with the report, and offers the villages near it where the place is still
 * open.
 */
function located(
  state: State,
  input: Extract<Input, { kind: 'located' }>,
  facts: Facts,
): ResidentStep {
  const item: Item = { text: locationText(input), files: [] }
  if (facts.repliedTo !== undefined) return repliedTo(state, facts.repliedTo, item, input, facts)
  const goesToTicket =
    state.at === 'idle' &&
    (facts.tickets.some((ticket) => ticket.asked) || facts.now < (state.follows?.until ?? 0))
  if (goesToTicket || state.at === 'whyNot' || state.at === 'ratingWord')
    return said(state, item, input, facts)
  const draft = withItem(draftOf(state), item)
  const wantsPlace = draft.place === undefined && facts.noticeSeen
  if (wantsPlace && facts.nearby.length > 0)
    return {
      state: { at: 'whichPlace', draft, within: null },
      effects: [{ do: 'say', saying: whichOfThese(facts.nearby) }],
    }
  const far = wantsPlace ? [say('place.far')] : []
  if (state.at === 'whichPlace') return withEffects(far, again({ ...state, draft }, facts))
  const next =
    state.at === 'whichCategory'
      ? addedToDraft(state, item, input, facts)
      : said(state, item, input, facts)
  return withEffects(far, next)
}

function locationText({ latitude, longitude, text }: Extract<Input, { kind: 'located' }>): string {
  return `${text === '' ? '' : `${text}\n`}📍 ${latitude.toFixed(3)}, ${longitude.toFixed(3)}`
}

/**
 * A typed place: a village is taken, a county or a township narrows the list down; other words stay
 * with the report.
 */
function saidPlace(
  state: State & { at: 'whichPlace' },
  item: Item,
  how: How,
  facts: Facts,
): ResidentStep {
  if (item.files.length > 0) return addedToDraft(state, item, how, facts)
  const [only, ...others] = how.isBurst && !facts.isFoundExactly ? [] : facts.found
  if (only !== undefined && others.length === 0)
    return only.takesReports
      ? go(withPlace(state.draft, only), facts)
      : asking({ ...state, within: only.code }, facts)
  if (only !== undefined)
    return { state, effects: [{ do: 'say', saying: whichOfThese(facts.found) }] }
  const isMoreOfReport = how.isBurst || !mayBeName(item.text) || facts.isMatter
  if (isMoreOfReport) return addedToDraft(state, item, how, facts)
  // This may be the name of a place that we don't know. It stays in the report, as the assignee may
  // know it.
  if (!hasRoomFor(state.draft, item)) return again(state, facts, say('draft.full'))
  return again({ ...state, draft: withItem(state.draft, item) }, facts, say('place.notFound'))
}

/**
 * A place, or the name of a subject, or more of the report: never does a stray word choose a
 * subject.
 */
function saidCategory(
  state: State & { at: 'whichCategory' },
  item: Item,
  how: How,
  facts: Facts,
): ResidentStep {
  const isName = item.files.length === 0 && mayBeName(item.text)
  const [place, ...others] = facts.isFoundExactly ? facts.found : []
  if (isName && place?.takesReports === true && others.length === 0)
    return asking({ ...state, draft: withPlace(state.draft, place) }, facts)
  if (isName && facts.namedCategory !== undefined)
    return go(withCategory(state.draft, facts.namedCategory), facts)
  return addedToDraft(state, item, how, facts)
}

type WithDraft = Exclude<State, { at: 'idle' | 'whyNot' | 'ratingWord' }>

function addedToDraft(state: WithDraft, item: Item, { isBurst }: How, facts: Facts): ResidentStep {
  if (!hasRoomFor(state.draft, item)) return again(state, facts, say('draft.full'))
  const next = { ...state, draft: withItem(state.draft, item) }
  // One thought in several messages has one answer: it changes in its place, with the whole
  // question.
  if (isBurst)
    return {
      state: next,
      effects: [
        {
          do: 'say',
          saying: { ...ask(next, facts), leads: [{ key: 'draft.added' }] },
          amends: true,
        },
      ],
    }
  return again(next, facts, say('draft.added'))
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
    return again(next, facts, say('draft.changed'))
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

function withDraft(state: State, change: (draft: Draft) => Draft): State {
  if (state.at === 'whyNot' || state.at === 'ratingWord')
    return { ...state, back: withDraft(state.back, change) }
  return state.at === 'idle' ? state : { ...state, draft: change(state.draft) }
}

function reopened(
  state: State & { at: 'whyNot' },
  items: readonly Item[],
  facts: Facts,
): ResidentStep {
  const { back, code } = state
  const next: State =
    back.at === 'idle' ? { ...back, follows: { code, until: facts.now + additionLasts } } : back
  return afterwards(next, facts, [{ do: 'reopen', code, items }])
}

/**
 * Where a conversation stands after words could not go where they were meant to: they are back with
 * the resident, in the report in hand, or as one that asks what is to become of them.
 */
export function returned(state: State, items: readonly Item[], facts: Facts): ResidentStep {
  const kept = items.filter((item) => item.text.trim() !== '' || item.files.length > 0)
  if (kept.length === 0) return afterwards(state, facts, [])
  const inHand = rest(state)
  if (inHand.at === 'idle') return asking({ at: 'returned', draft: { items: kept } }, facts)
  return again(
    withDraft(inHand, (draft) => ({ ...draft, items: [...draft.items, ...kept] })),
    facts,
    say('draft.added'),
  )
}

/** Starts a report, with the notice first where it has not been seen. */
function begin(draft: Draft, facts: Facts): ResidentStep {
  return facts.noticeSeen ? go(draft, facts) : asking({ at: 'notice', draft }, facts)
}

/**
 * Asks the next thing that the report still lacks, and only that. What its words say for certain is
 * not asked.
 */
function go(draft: Draft, facts: Facts): ResidentStep {
  if (isEmpty(draft)) return asking({ at: 'whatHappened', draft }, facts)
  if (draft.place === undefined) {
    const [mentioned, ...others] = facts.mentioned
    if (mentioned !== undefined && others.length === 0)
      return go(withPlace(draft, mentioned), facts)
    if (mentioned !== undefined)
      return {
        state: { at: 'whichPlace', draft, within: null },
        effects: [{ do: 'say', saying: whichOfThese(facts.mentioned) }],
      }
    return asking(
      facts.remembered === undefined
        ? { at: 'whichPlace', draft, within: null }
        : { at: 'samePlace', draft, place: facts.remembered },
      facts,
    )
  }
  if (draft.category === undefined)
    return facts.sure === undefined
      ? asking({ at: 'whichCategory', draft }, facts)
      : go(withCategory(draft, facts.sure), facts)
  if (draft.category === 'complaint_staff' && draft.concerns === undefined)
    return asking({ at: 'whomItConcerns', draft }, facts)
  return asking({ at: 'confirm', draft }, facts)
}

function welcomed(facts: Facts): ResidentStep {
  return withEffects([say('welcome')], begin({ items: [] }, facts))
}

function asking(state: State, facts: Facts): ResidentStep {
  return { state, effects: [{ do: 'say', saying: ask(state, facts) }] }
}

/** Stays, says something first, and offers the buttons again: never silence, never a dead end. */
function again(state: State, facts: Facts, first?: Effect): ResidentStep {
  return {
    state,
    effects: [
      ...(first === undefined ? [] : [first]),
      { do: 'say', saying: askAgain(state, facts) } as const,
    ],
  }
}

/** Does something beside the report in hand, then comes back to it. */
function afterwards(state: State, facts: Facts, effects: readonly Effect[]): ResidentStep {
  const question: readonly Saying[] = state.at === 'idle' ? [] : [askAgain(state, facts)]
  return {
    state,
    effects: [...effects, ...question.map((saying) => ({ do: 'say', saying }) as const)],
  }
}

/** Where a question in between comes back to. */
function rest(state: State): State {
  return state.at === 'whyNot' || state.at === 'ratingWord' ? state.back : state
}

function withEffects(first: readonly Effect[], { state, effects }: ResidentStep): ResidentStep {
  return { state, effects: [...first, ...effects] }
}

/** The report in the making, where there is one. */
export function draftOf(state: State): Draft {
  if (state.at === 'whyNot' || state.at === 'ratingWord') return draftOf(state.back)
  return state.at === 'idle' ? { items: [] } : state.draft
}

/**
 * A report has so many messages and characters at the most: it is written whole with each turn, and
 * read by a person (protection P39).
 */
const mostOfDraft = { items: 60, characters: 30_000 } as const

/**
 * Whether a report takes one message more. What it does not take is said, and can be added once it
 * is sent.
 */
function hasRoomFor({ items }: Draft, { text }: Item): boolean {
  const characters = items.reduce((sum, item) => sum + item.text.length, text.length)
  return (
    items.length < mostOfDraft.items && (items.length === 0 || characters <= mostOfDraft.characters)
  )
}

function withItem(draft: Draft, item: Item): Draft {
  return { ...draft, items: [...draft.items, item] }
}

/** Another place, another team: whom a complaint concerned is asked anew. */
function withPlace({ concerns: _, ...draft }: Draft, place: PlaceFact): Draft {
  return { ...draft, place }
}

/** Another category drops whom a complaint concerned: it is asked anew. */
function withCategory({ concerns: _, ...draft }: Draft, category: Category): Draft {
  return { ...draft, category }
}

function isEmpty(draft: Draft): boolean {
  return draft.items.every((item) => item.text.trim() === '' && item.files.length === 0)
}

function placeOfStart(input: Input, facts: Facts): PlaceFact | undefined {
  return startParameter(input) !== undefined && facts.named?.takesReports === true
    ? facts.named
    : undefined
}
