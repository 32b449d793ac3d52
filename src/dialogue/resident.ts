import { type Category, isCategory } from '../domain/category.ts'
import { unreachable } from '../domain/unreachable.ts'
import { isResidentLanguage, type ResidentLanguage } from '../language/catalogue.ts'
import type { Saying } from '../language/render.ts'
import { concerns, type Effect, type Item, type Step } from './effects.ts'
import { type Input, readButton } from './input.ts'
import type { Draft, Facts, PlaceFact, State } from './resident-facts.ts'
import { ask, askWhichIsUnsafe, say, showStatus } from './resident-questions.ts'

type ResidentStep = Step<State>

export const idle: State = { at: 'idle' }

/** The longest text, in characters, that is taken for a name and not for more of the report. */
const longestName = 24

/** One step of a resident's conversation. Total: every state answers every input, and nothing that was said is lost. */
export function step(state: State, input: Input, facts: Facts): ResidentStep {
  const heard = hearLanguage(facts)
  const known = heard.language ?? facts.language
  const { state: next, effects } = known === undefined && !choosesLanguage(input) ? firstLanguage(state, input, facts) : respond(state, input, facts)
  const help = facts.isUrgent ? [say('urgent.numbers')] : []
  return { state: next, effects: [...heard.effects, ...help, ...effects] }
}

/** The language follows what is written until the resident chooses one. */
function hearLanguage(facts: Facts): { readonly language: ResidentLanguage | undefined; readonly effects: readonly Effect[] } {
  if (facts.languageChosen || facts.detected === undefined || facts.detected === facts.language) return { language: facts.language, effects: [] }
  return { language: facts.detected, effects: [{ do: 'setLanguage', language: facts.detected, chosen: false }] }
}

const choosesLanguage = (input: Input) => input.kind === 'pressed' && readButton(input.data).verb === 'language'

function firstLanguage(state: State, input: Input, facts: Facts): ResidentStep {
  if (input.kind === 'command' && input.argument.startsWith('i_')) return { state, effects: [{ do: 'join', invitation: input.argument.slice(2) }] }
  const draft = facts.isGreeting ? draftOf(state) : withInput(draftOf(state), input)
  const place = placeOfStart(input, facts)
  return asking({ at: 'whichLanguage', draft: place === undefined ? draft : { ...draft, place } }, facts)
}

function respond(state: State, input: Input, facts: Facts): ResidentStep {
  switch (input.kind) {
    case 'command':
      return command(state, input.name, input.argument, facts)
    case 'pressed':
      return pressed(state, input.data, facts)
    case 'said':
      return said(state, { text: input.text, files: input.files }, facts)
    case 'located':
      return located(state, { text: locationText(input), files: [] }, facts)
    case 'unsupported':
      return again(state, facts, say('notUnderstood.kind'))
    case 'fileRefused':
      return again(state, facts, say('notUnderstood.file'))
    default:
      return unreachable(input)
  }
}

function command(state: State, name: string, argument: string, facts: Facts): ResidentStep {
  switch (name) {
    case 'start':
      return start(state, argument, facts)
    case 'new':
      return state.at === 'idle' ? begin({ items: [] }, facts) : again(state, facts, say('draft.inHand'))
    case 'cancel':
      return state.at === 'idle'
        ? again(idle, facts, say('cancel.nothing'))
        : { state: idle, effects: [say('cancel.done'), { do: 'say', saying: ask(idle, facts) }] }
    case 'status':
      return afterwards(state, facts, showStatus(facts.tickets, facts.following))
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
      return { state, effects: [{ do: 'say', saying: ask({ at: 'whichLanguage', draft: { items: [] } }, facts) }] }
    default:
      return again(state, facts, say('notUnderstood.command'))
  }
}

function start(state: State, argument: string, facts: Facts): ResidentStep {
  if (argument.startsWith('i_')) return { state, effects: [{ do: 'join', invitation: argument.slice(2) }] }
  const place = facts.named?.takesReports === true ? facts.named : undefined
  if (place === undefined) return state.at === 'idle' ? { state, effects: [say('welcome'), { do: 'say', saying: ask(idle, facts) }] } : again(state, facts)
  if (state.at !== 'idle') return go(withPlace(draftOf(state), place), facts)
  const next = begin({ items: [], place }, facts)
  return { state: next.state, effects: [say('welcome'), ...next.effects] }
}

function pressed(state: State, data: string, facts: Facts): ResidentStep {
  const { verb, argument, second } = readButton(data)
  switch (verb) {
    case 'command':
      return command(state, argument, '', facts)
    case 'language':
      return isResidentLanguage(argument) ? languageChosen(state, argument, facts) : again(state, facts, say('notUnderstood.button'))
    case 'yes':
      return afterwards(rest(state), facts, [{ do: 'agree', code: argument }])
    case 'rate':
      if (second !== 'yes' && second !== 'no') return again(state, facts, say('notUnderstood.button'))
      return withEffects([{ do: 'rate', code: argument, satisfied: second === 'yes' }], {
        state: { at: 'ratingWord', code: argument, back: rest(state) },
        effects: [{ do: 'say', saying: ask({ at: 'ratingWord', code: argument, back: rest(state) }, facts) }],
      })
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
              buttons: [[{ label: { key: 'button.withdraw' }, data: `withdrawn:${argument}` }], [{ label: { key: 'button.keep' }, data: 'keep' }]],
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
    default:
      return answered(state, { verb, argument }, facts) ?? again(state, facts, say('notUnderstood.button'))
  }
}

const forgetSure: Saying = {
  key: 'forget.sure',
  buttons: [[{ label: { key: 'button.forget' }, data: 'forget' }], [{ label: { key: 'button.keep' }, data: 'keep' }]],
}

/** One word is enough where there is one ticket; otherwise which of them is asked (protection P09). */
function unsafe(state: State, facts: Facts): ResidentStep {
  const [only, ...others] = facts.takeable
  if (only === undefined) return again(state, facts, say('unsafe.none'))
  if (others.length === 0) return afterwards(rest(state), facts, [{ do: 'makeSafe', code: only.code }])
  return { state, effects: [{ do: 'say', saying: askWhichIsUnsafe(facts.takeable) }] }
}

function languageChosen(state: State, language: ResidentLanguage, facts: Facts): ResidentStep {
  const set: Effect = { do: 'setLanguage', language, chosen: true }
  if (state.at === 'idle' && facts.language === undefined) return withEffects([set], welcomed(facts))
  if (state.at !== 'whichLanguage') return { state, effects: [set, say('language.set'), { do: 'say', saying: ask(state, facts) }] }
  const next = isEmpty(state.draft) && state.draft.place === undefined ? welcomed(facts) : begin(state.draft, facts)
  return { state: next.state, effects: [set, ...next.effects] }
}

type Pressed = { readonly verb: string; readonly argument: string }

/** What a button answers in the state that asked; `undefined` when it belongs to another one. */
function answered(state: State, { verb, argument }: Pressed, facts: Facts): ResidentStep | undefined {
  switch (state.at) {
    case 'notice':
      if (verb !== 'notice') return undefined
      return withEffects([{ do: 'noticeSeen' }], go(state.draft, { ...facts, noticeSeen: true }))
    case 'samePlace':
      if (verb === 'here') return go(withPlace(state.draft, state.place), facts)
      return verb === 'elsewhere' ? asking({ at: 'whichPlace', draft: state.draft, within: null }, facts) : undefined
    case 'whichPlace':
      if (verb === 'elsewhere') return asking({ ...state, within: null }, facts)
      if (verb !== 'place' || facts.named === undefined) return undefined
      return facts.named.takesReports ? go(withPlace(state.draft, facts.named), facts) : asking({ ...state, within: facts.named.code }, facts)
    case 'whichCategory':
      return verb === 'category' && isCategory(argument) ? go(withCategory(state.draft, argument), facts) : undefined
    case 'whomItConcerns': {
      const concern = concerns.find((each) => each === argument)
      if (verb !== 'concerns' || concern === undefined) return undefined
      if (concern === 'team' && facts.team.length > 0) return asking({ at: 'whoOfTheTeam', draft: state.draft }, facts)
      return go({ ...state.draft, concerns: concern }, facts)
    }
    case 'whoOfTheTeam': {
      if (verb !== 'named') return undefined
      const member = facts.team.find(({ id }) => id === argument)
      if (member === undefined && argument !== 'nobody') return undefined
      return go({ ...state.draft, concerns: member === undefined ? 'team' : { member: member.id } }, facts)
    }
    case 'confirm':
      return confirmed(state.draft, { verb, argument }, facts)
    case 'addOrNew':
      if (verb === 'new') return begin(state.draft, facts)
      return verb === 'add' ? { state: idle, effects: [{ do: 'add', code: argument, items: state.draft.items }] } : undefined
    case 'whyNot':
      return verb === 'reopen' && argument === state.code ? reopened(state, [], facts) : undefined
    case 'ratingWord':
      return verb === 'noWord' ? again(state.back, facts, say('rating.thanks')) : undefined
    case 'alike':
      if (verb === 'same' && argument === state.alike.code)
        return { state: idle, effects: [{ do: 'follow', code: argument, items: state.draft.items, placeCode: state.alike.place.code }] }
      return verb === 'different' ? sent(state.draft, false) : undefined
    case 'idle':
    case 'whatHappened':
    case 'whichLanguage':
      return undefined
    default:
      return unreachable(state)
  }
}

function confirmed(draft: Draft, { verb, argument }: Pressed, facts: Facts): ResidentStep | undefined {
  const { place, category } = draft
  if (verb === 'changePlace') return asking({ at: 'whichPlace', draft, within: null }, facts)
  if (verb === 'changeCategory') return asking({ at: 'whichCategory', draft }, facts)
  if (verb !== 'send' || place === undefined || category === undefined) return undefined
  const anonymous = argument === 'anonymously'
  // Who is anonymous joins nobody: that would tie them to the ticket for good.
  return facts.alike === undefined || anonymous ? sent(draft, anonymous) : asking({ at: 'alike', draft, alike: facts.alike }, facts)
}

function sent({ place, category, concerns: concern, items }: Draft, anonymous: boolean): ResidentStep | undefined {
  if (place === undefined || category === undefined) return undefined
  const remember: readonly Effect[] = anonymous ? [] : [{ do: 'rememberPlace', code: place.code }]
  return { state: idle, effects: [...remember, { do: 'openTicket', items, placeCode: place.code, category, concerns: concern, anonymous }] }
}

function said(state: State, item: Item, facts: Facts): ResidentStep {
  switch (state.at) {
    case 'idle':
      return saidAtRest(item, facts)
    case 'whatHappened':
      return facts.isGreeting ? again(state, facts, say('welcome')) : go(withItem(state.draft, item), facts)
    case 'whichPlace':
      return saidPlace(state, item, facts)
    case 'whichCategory': {
      const [category] = facts.suggestedNow
      const namesIt = item.files.length === 0 && item.text.length <= longestName && category !== undefined
      return namesIt ? go(withItem(withCategory(state.draft, category), item), facts) : addedToDraft(state, item, facts)
    }
    case 'whyNot':
      return reopened(state, [item], facts)
    case 'ratingWord':
      return withEffects([{ do: 'addWord', code: state.code, item }], again(state.back, facts, say('rating.thanks')))
    case 'whichLanguage':
      return begin(facts.isGreeting ? state.draft : withItem(state.draft, item), facts)
    case 'notice':
    case 'samePlace':
    case 'whomItConcerns':
    case 'whoOfTheTeam':
    case 'confirm':
    case 'addOrNew':
    case 'alike':
      return addedToDraft(state, item, facts)
    default:
      return unreachable(state)
  }
}

function saidAtRest(item: Item, facts: Facts): ResidentStep {
  if (facts.isGreeting) return welcomed(facts)
  const asked = facts.tickets.filter((ticket) => ticket.asked)
  const [only] = asked
  if (only !== undefined && asked.length === 1) return { state: idle, effects: [{ do: 'add', code: only.code, items: [item] }] }
  const draft = withItem({ items: [] }, item)
  return facts.tickets.length > 0 ? asking({ at: 'addOrNew', draft }, facts) : begin(draft, facts)
}

function whichOfThese(places: readonly PlaceFact[]): Saying {
  const buttons = places.map((place) => [{ label: { names: place.names }, data: `place:${place.code}` }])
  return { key: 'place.whichOfThese', buttons: [...buttons, [{ label: { key: 'button.elsewhere' }, data: 'elsewhere' }]] }
}

/** A shared location goes with the report, and offers the villages near it where the place is still open. */
function located(state: State, item: Item, facts: Facts): ResidentStep {
  const asked = facts.tickets.filter((ticket) => ticket.asked)
  if (state.at === 'idle' && asked.length > 0) return saidAtRest(item, facts)
  const draft = withItem(draftOf(state), item)
  const offersPlaces = draft.place === undefined && facts.nearby.length > 0 && facts.noticeSeen
  if (!offersPlaces || state.at === 'whyNot' || state.at === 'ratingWord')
    return state.at === 'whichPlace' ? addedToDraft(state, item, facts) : said(state, item, facts)
  return { state: { at: 'whichPlace', draft, within: null }, effects: [{ do: 'say', saying: whichOfThese(facts.nearby) }] }
}

function locationText({ latitude, longitude }: { readonly latitude: number; readonly longitude: number }): string {
  return `📍 ${latitude.toFixed(3)}, ${longitude.toFixed(3)}`
}

/** A typed place name; or, when no place is called so and it reads like a report or has a photo, more of the report. */
function saidPlace(state: State & { at: 'whichPlace' }, item: Item, facts: Facts): ResidentStep {
  const [only, ...others] = facts.found
  if (item.files.length > 0) return addedToDraft(state, item, facts)
  if (only?.takesReports === true && others.length === 0) return go(withPlace(state.draft, only), facts)
  if (only !== undefined)
    return {
      state,
      effects: [
        {
          do: 'say',
          saying: whichOfThese(facts.found),
        },
      ],
    }
  return item.text.trim().length > longestName || facts.suggestedNow.length > 0 ? addedToDraft(state, item, facts) : again(state, facts, say('place.notFound'))
}

function addedToDraft(state: Exclude<State, { at: 'idle' | 'whyNot' | 'ratingWord' }>, item: Item, facts: Facts): ResidentStep {
  return again({ ...state, draft: withItem(state.draft, item) }, facts, say('draft.added'))
}

function reopened(state: State & { at: 'whyNot' }, items: readonly Item[], facts: Facts): ResidentStep {
  return afterwards(state.back, facts, [{ do: 'reopen', code: state.code, items }])
}

/** Starts a report, with the notice first where it has not been seen. */
function begin(draft: Draft, facts: Facts): ResidentStep {
  return facts.noticeSeen ? go(draft, facts) : asking({ at: 'notice', draft }, facts)
}

/** Asks the next thing that the report still lacks, and only that. */
function go(draft: Draft, facts: Facts): ResidentStep {
  if (isEmpty(draft)) return asking({ at: 'whatHappened', draft }, facts)
  if (draft.place === undefined)
    return asking(facts.remembered === undefined ? { at: 'whichPlace', draft, within: null } : { at: 'samePlace', draft, place: facts.remembered }, facts)
  if (draft.category === undefined) return asking({ at: 'whichCategory', draft }, facts)
  if (draft.category === 'complaint_staff' && draft.concerns === undefined) return asking({ at: 'whomItConcerns', draft }, facts)
  return asking({ at: 'confirm', draft }, facts)
}

function welcomed(facts: Facts): ResidentStep {
  const next = begin({ items: [] }, facts)
  return { state: next.state, effects: [say('welcome'), ...next.effects] }
}

function asking(state: State, facts: Facts): ResidentStep {
  return { state, effects: [{ do: 'say', saying: ask(state, facts) }] }
}

/** Stays, says something first, and offers the buttons again: never silence, never a dead end. */
function again(state: State, facts: Facts, first?: Effect): ResidentStep {
  return { state, effects: [...(first === undefined ? [] : [first]), { do: 'say', saying: ask(state, facts) } as const] }
}

/** Does something beside the report in hand, then comes back to it. */
function afterwards(state: State, facts: Facts, effects: readonly Effect[]): ResidentStep {
  const question: readonly Saying[] = state.at === 'idle' ? [] : [ask(state, facts)]
  return { state, effects: [...effects, ...question.map((saying) => ({ do: 'say', saying }) as const)] }
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

function withInput(draft: Draft, input: Input): Draft {
  return input.kind === 'said' ? withItem(draft, { text: input.text, files: input.files }) : draft
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
  return input.kind === 'command' && input.name === 'start' && facts.named?.takesReports === true ? facts.named : undefined
}
