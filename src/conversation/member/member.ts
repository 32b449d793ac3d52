import { residentLanguages } from '../../language/catalogue.ts'
import type { Saying } from '../../language/render.ts'
import type { SmallTalk } from '../../language/small-talk.ts'
import type { Loss } from '../../mailbox/loss.ts'
import { unreachable } from '../../platform/unreachable.ts'
import { heldBack } from '../../tickets/contact.ts'
import { handBackReasons, waysToLetGo } from '../../tickets/hand-back.ts'
import {
  editedItems,
  type Item,
  type MemberEffect,
  type Step,
  type WayToWrite,
  waysToWrite,
} from '../effects.ts'
import { type Input, readButton } from '../input.ts'
import type { Hearing } from '../resident/facts.ts'
import { languageButtons, listening } from '../resident/questions.ts'

/** Where a member's conversation stands: mostly nowhere, as cards carry their own buttons. */
export type MemberState =
  | { readonly at: 'memberIdle' }
  /** The next words go to the resident of this ticket. */
  | { readonly at: 'telling' | 'asking' | 'resolving'; readonly code: string }
  /** Words that were written before it was said what they are, or for which ticket. */
  | { readonly at: 'choosing'; readonly code: string | null; readonly items: readonly Item[] }

export type MemberFacts = {
  readonly onDuty: boolean
  readonly hearing: Hearing
  readonly smallTalk: SmallTalk | undefined
  /** The ticket whose card, or news of it, the message at hand replies to. */
  readonly repliedTo: string | undefined
  /**
   * The tickets that this member has accepted, soonest due first; loaded where words come without a
   * ticket.
   */
  readonly accepted: readonly string[]
}

type MemberStep = Step<MemberState, MemberEffect>

/** A member in whose chat nothing is open. */
export const memberIdle: MemberState = { at: 'memberIdle' }

/**
 * One step of a member's conversation. Total: every state answers every input, and no words are
 * lost.
 */
export function memberStep(state: MemberState, input: Input, facts: MemberFacts): MemberStep {
  switch (input.kind) {
    case 'command':
      return command(state, input.name, input.text, facts)
    case 'pressed':
      return pressed(state, input.data, facts)
    case 'said': {
      const { state: next, effects } = said(state, toItem(input), facts)
      return { state: next, effects: [...lostOf(input), ...effects] }
    }
    case 'edited': {
      const { state: next, effects } = edited(state, input)
      return { state: next, effects: [...lostOf(input), ...effects] }
    }
    case 'located':
      return said(
        state,
        {
          text: `${input.text === '' ? '' : `${input.text}\n`}📍 ${input.latitude.toFixed(3)}, ${input.longitude.toFixed(3)}`,
          files: [],
        },
        facts,
      )
    default:
      return unreachable(input)
  }
}

/** What could not be taken, in one sentence. */
function lostOf({ lost }: { readonly lost?: Loss }): readonly MemberEffect[] {
  return lost === undefined ? [] : [say(`lost.${lost}`)]
}

function toItem({
  text,
  files,
  source,
}: {
  readonly text: string
  readonly files: readonly string[]
  readonly source?: string
}): Item {
  return { text, files, ...(source === undefined ? {} : { source }) }
}

function command(
  state: MemberState,
  name: string,
  argument: string,
  facts: MemberFacts,
): MemberStep {
  switch (name) {
    case 'mine':
    case 'status':
      return { state, effects: [{ do: 'showMine' }] }
    case 'console':
      return { state, effects: [{ do: 'sendSignInLink' }] }
    case 'duty':
      return duty(state, argument.toLowerCase(), facts)
    case 'leave':
      return /^\d{1,2}$/.test(argument) && Number(argument) > 0
        ? { state, effects: [{ do: 'takeLeave', days: Number(argument) }] }
        : { state, effects: [say('member.howManyDays')] }
    case 'listen':
      return { state, effects: listening(facts.hearing) }
    case 'cancel':
      return { state: memberIdle, effects: [say('member.cancelled')] }
    case 'language':
      return {
        state,
        effects: [{ do: 'say', saying: { key: 'ask.language', buttons: languageButtons } }],
      }
    default:
      return { state, effects: [say('member.help')] }
  }
}

function duty(state: MemberState, argument: string, facts: MemberFacts): MemberStep {
  if (argument === 'on' || argument === 'off')
    return { state, effects: [{ do: 'setDuty', onDuty: argument === 'on' }] }
  const other = facts.onDuty ? 'off' : 'on'
  return {
    state,
    effects: [
      {
        do: 'say',
        saying: {
          key: facts.onDuty ? 'duty.isOn' : 'duty.isOff',
          buttons: [
            [
              {
                label: { key: facts.onDuty ? 'button.dutyOff' : 'button.dutyOn' },
                data: `duty:${other}`,
              },
            ],
          ],
        },
      },
    ],
  }
}

function pressed(state: MemberState, data: string, facts: MemberFacts): MemberStep {
  const { verb, argument, second } = readButton(data)
  const way = waysToWrite.find((each) => each === verb)
  if (way !== undefined) {
    if (state.at !== 'choosing') return asking({ at: states[way], code: argument })
    // Words that are for one ticket never go to another by a button of its card.
    return state.code === null || state.code === argument
      ? chosen(state, way, argument)
      : asking(state)
  }
  switch (verb) {
    case 'accept':
      return { state, effects: [{ do: 'accept', code: argument }] }
    case 'for':
      return state.at === 'choosing'
        ? asking({ ...state, code: argument })
        : { state, effects: [say('notUnderstood.button'), say('member.help')] }
    case 'handBack': {
      if (second === 'conflict')
        return { state: memberIdle, effects: [{ do: 'stepAside', code: argument }] }
      const reason = handBackReasons.find((each) => each === second)
      if (reason !== undefined)
        return { state: memberIdle, effects: [{ do: 'handBack', code: argument, reason }] }
      return {
        state: memberIdle,
        effects: [
          {
            do: 'say',
            saying: {
              key: 'member.whyHandBack',
              params: { code: { code: argument } },
              buttons: waysToLetGo.map((each) => [
                {
                  label: { key: `handBack.${each}` as const },
                  data: `handBack:${argument}:${each}`,
                },
              ]),
              asks: true,
            },
          },
        ],
      }
    }
    case 'kept':
      return {
        state,
        effects: [
          { do: 'say', saying: { key: 'member.kept', params: { code: { code: argument } } } },
        ],
      }
    case 'original':
      return { state, effects: [{ do: 'showOriginal', code: argument }] }
    case 'why':
      return { state, effects: [{ do: 'showWhy', code: argument }] }
    case 'duty':
      return duty(state, argument, facts)
    case 'language': {
      const language = residentLanguages.find((each) => each === argument)
      return language === undefined
        ? { state, effects: [say('member.help')] }
        : { state, effects: [{ do: 'setLanguage', language, chosen: true }, say('language.set')] }
    }
    case 'command':
      return command(state, argument, '', facts)
    default:
      return { state, effects: [say('notUnderstood.button'), say('member.help')] }
  }
}

const states = { tell: 'telling', ask: 'asking', resolve: 'resolving' } as const satisfies Record<
  WayToWrite,
  MemberState['at']
>
const ways = { telling: 'tell', asking: 'ask', resolving: 'resolve' } as const

/** Words that were kept until it was said what they are. */
function chosen(
  state: MemberState & { at: 'choosing' },
  way: WayToWrite,
  code: string,
): MemberStep {
  const files = state.items.flatMap((item) => item.files)
  const text = state.items
    .map((item) => item.text.trim())
    .filter((each) => each !== '')
    .join('\n')
  const [source] = state.items.flatMap((item) => item.source ?? [])
  return written(way, code, toItem({ text, files, ...(source === undefined ? {} : { source }) }), {
    at: states[way],
    code,
  })
}

/**
 * Sends words to the resident, unless they hold what must not be sent: then the member may write
 * again.
 */
function written(way: WayToWrite, code: string, item: Item, state: MemberState): MemberStep {
  const held = heldBack(item.text)
  if (held !== undefined)
    return {
      state,
      effects: [
        { do: 'say', saying: { key: `refused.${held}`, params: { code: { code } } } },
        ...memberQuestion(state),
      ],
    }
  // A question needs words; a picture of what was done speaks for itself, but how it was done must
  // be said.
  if (item.text.trim() === '' && way !== 'tell') {
    const next: MemberState = { at: 'choosing', code, items: [item] }
    return { state: next, effects: [say('member.wordsNeeded'), ...memberQuestion(next)] }
  }
  return { state: memberIdle, effects: [{ do: way, code, item }] }
}

function said(state: MemberState, item: Item, facts: MemberFacts): MemberStep {
  if (item.text.trim() === '' && item.files.length === 0)
    return { state, effects: [say('member.wordsNeeded'), ...memberQuestion(state)] }
  switch (state.at) {
    case 'telling':
    case 'asking':
    case 'resolving':
      // A reply to another ticket's card is for that one.
      if (facts.repliedTo !== undefined && facts.repliedTo !== state.code)
        return asking({ at: 'choosing', code: facts.repliedTo, items: [item] })
      return written(ways[state.at], state.code, item, state)
    case 'choosing':
      return asking({
        ...state,
        code: facts.repliedTo ?? state.code,
        items: [...state.items, item],
      })
    case 'memberIdle': {
      if (item.files.length === 0 && facts.smallTalk !== undefined)
        return {
          state,
          effects: [
            facts.smallTalk === 'what' ? { do: 'showMine' } : say(`smallTalk.${facts.smallTalk}`),
          ],
        }
      const [only, ...others] = facts.accepted
      const code = facts.repliedTo ?? (others.length === 0 ? only : undefined)
      if (code === undefined && only === undefined)
        return { state, effects: [say('member.notUnderstood')] }
      return asking({ at: 'choosing', code: code ?? null, items: [item] }, facts)
    }
    default:
      return unreachable(state)
  }
}

/** New words for something that the member wrote. */
function edited(state: MemberState, input: Extract<Input, { kind: 'edited' }>): MemberStep {
  const { source, text, files } = input
  if (state.at === 'choosing' && state.items.some((item) => item.source === source))
    return asking({ ...state, items: editedItems(state.items, input) })
  return {
    state,
    effects:
      text.trim() === '' && files.length === 0
        ? []
        : [{ do: 'correctOwn', source, item: { text, files, source } }],
  }
}

function asking(state: MemberState, facts?: MemberFacts): MemberStep {
  return { state, effects: memberQuestion(state, facts) }
}

/** What a state waits for. */
export function memberQuestion(state: MemberState, facts?: MemberFacts): readonly MemberEffect[] {
  const cancel = [{ label: { key: 'button.cancel' as const }, data: 'command:cancel' }]
  switch (state.at) {
    case 'memberIdle':
      return []
    case 'choosing': {
      const { code } = state
      if (code === null) {
        const buttons = (facts?.accepted ?? []).map((each) => [
          { label: { plain: each }, data: `for:${each}` },
        ])
        return [
          {
            do: 'say',
            saying: { key: 'member.forWhich', buttons: [...buttons, cancel], asks: true },
          },
        ]
      }
      const buttons = waysToWrite.map((way) => [
        { label: { key: `button.${way}` as const }, data: `${way}:${code}` },
      ])
      return [
        {
          do: 'say',
          saying: {
            key: 'member.whatIsIt',
            params: { code: { code } },
            buttons: [...buttons, cancel],
            asks: true,
          },
        },
      ]
    }
    case 'telling':
    case 'asking':
    case 'resolving': {
      const key = (
        {
          telling: 'member.whatToTell',
          asking: 'member.whatToAsk',
          resolving: 'member.howResolved',
        } as const
      )[state.at]
      return [
        {
          do: 'say',
          saying: { key, params: { code: { code: state.code } }, buttons: [cancel], asks: true },
        },
      ]
    }
    default:
      return unreachable(state)
  }
}

function say(key: Saying['key']): MemberEffect {
  return { do: 'say', saying: { key } }
}
