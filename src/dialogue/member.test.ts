import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Input } from './input.ts'
import { memberIdle, memberStep } from './member.ts'

const onDuty = { onDuty: true }
const press = (data: string): Input => ({ kind: 'pressed', data })
const say = (text: string): Input => ({ kind: 'said', text, files: [] })

describe('a member', () => {
  it('accepts, asks, resolves and hands back by the buttons of a card', () => {
    expect(memberStep(memberIdle, press('accept:JW-1'), onDuty).effects).toEqual([{ do: 'accept', code: 'JW-1' }])
    expect(memberStep(memberStep(memberIdle, press('ask:JW-1'), onDuty).state, say('哪里？'), onDuty).effects).toEqual([
      { do: 'ask', code: 'JW-1', text: '哪里？' },
    ])
    expect(memberStep(memberStep(memberIdle, press('resolve:JW-1'), onDuty).state, say('修好了'), onDuty).effects).toEqual([
      { do: 'resolve', code: 'JW-1', text: '修好了' },
    ])
    expect(memberStep(memberIdle, press('handBack:JW-1:noMeans'), onDuty).effects).toEqual([{ do: 'handBack', code: 'JW-1', reason: 'noMeans' }])
  })
  it('sets duty by a word or a button', () => {
    expect(memberStep(memberIdle, { kind: 'command', name: 'duty', argument: 'OFF' }, onDuty).effects).toEqual([{ do: 'setDuty', onDuty: false }])
    expect(memberStep(memberIdle, press('duty:on'), { onDuty: false }).effects).toEqual([{ do: 'setDuty', onDuty: true }])
  })
  it('does not write to a resident without meaning to', () => {
    expect(memberStep(memberIdle, say('hello'), onDuty).effects).toEqual([{ do: 'say', saying: { key: 'member.notUnderstood' } }])
  })
  it('is never met with silence', () => {
    const input = fc.oneof(
      fc.record({ kind: fc.constant('said' as const), text: fc.string(), files: fc.constant([]) }),
      fc.record({ kind: fc.constant('pressed' as const), data: fc.string() }),
      fc.record({ kind: fc.constant('command' as const), name: fc.string(), argument: fc.string() }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(memberIdle, { at: 'asking' as const, code: 'JW-1' }),
        input,
        (state, each) => void expect(memberStep(state, each, onDuty).effects.length).toBeGreaterThan(0),
      ),
    )
  })
})
