import { heldBack } from '../domain/contact.ts'
import { handBackReasons, waysToLetGo } from '../domain/hand-back.ts'
import { unreachable } from '../domain/unreachable.ts'
import { residentLanguages } from '../language/catalogue.ts'
import type { Saying } from '../language/render.ts'
import type { Effect, Step } from './effects.ts'
import { type Input, readButton } from './input.ts'
import { languageButtons } from './resident-questions.ts'

/** Where a member's conversation stands: mostly nowhere, as cards carry their own buttons. */
export type MemberState = { readonly at: 'memberIdle' } | { readonly at: 'asking'; readonly code: string } | { readonly at: 'resolving'; readonly code: string }

export type MemberFacts = { readonly onDuty: boolean }

type MemberStep = Step<MemberState>

export const memberIdle: MemberState = { at: 'memberIdle' }

/** One step of a member's conversation. Total: every state answers every input. */
export function memberStep(state: MemberState, input: Input, facts: MemberFacts): MemberStep {
  switch (input.kind) {
    case 'command':
      return command(state, input.name, input.argument, facts)
    case 'pressed':
      return pressed(state, input.data, facts)
    case 'said':
      return said(state, input.text)
    case 'located':
    case 'unsupported':
    case 'fileRefused':
      return { state, effects: [say('member.notUnderstood'), ...question(state)] }
    default:
      return unreachable(input)
  }
}

function command(state: MemberState, name: string, argument: string, facts: MemberFacts): MemberStep {
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
    case 'cancel':
      return { state: memberIdle, effects: [say('member.cancelled')] }
    case 'language':
      return {
        state,
        effects: [
          {
            do: 'say',
            saying: {
              key: 'ask.language',
              buttons: languageButtons,
            },
          },
        ],
      }
    default:
      return { state, effects: [say('member.help')] }
  }
}

function duty(state: MemberState, argument: string, facts: MemberFacts): MemberStep {
  if (argument === 'on' || argument === 'off') return { state, effects: [{ do: 'setDuty', onDuty: argument === 'on' }] }
  const other = facts.onDuty ? 'off' : 'on'
  return {
    state,
    effects: [
      {
        do: 'say',
        saying: {
          key: facts.onDuty ? 'duty.isOn' : 'duty.isOff',
          buttons: [[{ label: { key: facts.onDuty ? 'button.dutyOff' : 'button.dutyOn' }, data: `duty:${other}` }]],
        },
      },
    ],
  }
}

function pressed(state: MemberState, data: string, facts: MemberFacts): MemberStep {
  const { verb, argument, second } = readButton(data)
  switch (verb) {
    case 'accept':
      return { state, effects: [{ do: 'accept', code: argument }] }
    case 'ask':
      return asking({ at: 'asking', code: argument })
    case 'resolve':
      return asking({ at: 'resolving', code: argument })
    case 'handBack': {
      if (second === 'conflict') return { state: memberIdle, effects: [{ do: 'stepAside', code: argument }] }
      const reason = handBackReasons.find((each) => each === second)
      if (reason !== undefined) return { state: memberIdle, effects: [{ do: 'handBack', code: argument, reason }] }
      return {
        state: memberIdle,
        effects: [
          {
            do: 'say',
            saying: {
              key: 'member.whyHandBack',
              params: { code: { code: argument } },
              buttons: waysToLetGo.map((each) => [{ label: { key: `handBack.${each}` as const }, data: `handBack:${argument}:${each}` }]),
            },
          },
        ],
      }
    }
    case 'kept':
      return { state, effects: [{ do: 'say', saying: { key: 'member.kept', params: { code: { code: argument } } } }] }
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

function said(state: MemberState, text: string): MemberStep {
  if (text.trim() === '') return { state, effects: [say('member.wordsNeeded'), ...question(state)] }
  const held = state.at === 'memberIdle' ? undefined : heldBack(text)
  if (held !== undefined && state.at !== 'memberIdle')
    return { state, effects: [{ do: 'say', saying: { key: `refused.${held}`, params: { code: { code: state.code } } } }, ...question(state)] }
  switch (state.at) {
    case 'asking':
      return { state: memberIdle, effects: [{ do: 'ask', code: state.code, text }] }
    case 'resolving':
      return { state: memberIdle, effects: [{ do: 'resolve', code: state.code, text }] }
    case 'memberIdle':
      return { state, effects: [say('member.notUnderstood')] }
    default:
      return unreachable(state)
  }
}

function asking(state: MemberState): MemberStep {
  return { state, effects: question(state) }
}

function question(state: MemberState): readonly Effect[] {
  if (state.at === 'memberIdle') return []
  const saying: Saying = {
    key: state.at === 'asking' ? 'member.whatToAsk' : 'member.howResolved',
    params: { code: { code: state.code } },
    buttons: [[{ label: { key: 'button.cancel' }, data: 'command:cancel' }]],
  }
  return [{ do: 'say', saying }]
}

function say(key: Saying['key']): Effect {
  return { do: 'say', saying: { key } }
}
