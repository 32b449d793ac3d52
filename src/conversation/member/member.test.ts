import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Input } from '../input.ts'
import { type MemberFacts, type MemberState, memberIdle, memberStep } from './member.ts'

const onDuty: MemberFacts = {
  onDuty: true,
  hearing: 'none',
  smallTalk: undefined,
  repliedTo: undefined,
  accepted: [],
}
const press = (data: string): Input => ({ kind: 'pressed', data })
const say = (text: string): Input => ({ kind: 'said', text, files: [], isBurst: false })

describe('a member', () => {
  it('accepts, asks, resolves and hands back by the buttons of a card', () => {
    expect(memberStep(memberIdle, press('accept:JW-1'), onDuty).effects).toEqual([
      { do: 'accept', code: 'JW-1' },
    ])
    expect(
      memberStep(memberStep(memberIdle, press('ask:JW-1'), onDuty).state, say('哪里？'), onDuty)
        .effects,
    ).toEqual([{ do: 'ask', code: 'JW-1', item: { text: '哪里？', files: [] } }])
    expect(
      memberStep(memberStep(memberIdle, press('resolve:JW-1'), onDuty).state, say('修好了'), onDuty)
        .effects,
    ).toEqual([{ do: 'resolve', code: 'JW-1', item: { text: '修好了', files: [] } }])
    expect(memberStep(memberIdle, press('handBack:JW-1:noMeans'), onDuty).effects).toEqual([
      { do: 'handBack', code: 'JW-1', reason: 'noMeans' },
    ])
  })
  it('sets duty by a word or a button', () => {
    expect(
      memberStep(
        memberIdle,
        { kind: 'command', name: 'duty', text: 'OFF', files: [], isBurst: false },
        onDuty,
      ).effects,
    ).toEqual([{ do: 'setDuty', onDuty: false }])
    expect(memberStep(memberIdle, press('duty:on'), { ...onDuty, onDuty: false }).effects).toEqual([
      { do: 'setDuty', onDuty: true },
    ])
  })
  it('does not write to a resident without meaning to', () => {
    expect(memberStep(memberIdle, say('hello'), onDuty).effects).toEqual([
      { do: 'say', saying: { key: 'member.notUnderstood' } },
    ])
  })
  it('is asked what words are that came without a button, and for which request; none of them is lost', () => {
    const card = { ...onDuty, repliedTo: 'JW-2', accepted: ['JW-1', 'JW-2'] }
    const replied = memberStep(memberIdle, say('明天上午来修'), card)
    expect(replied.state).toEqual({
      at: 'choosing',
      code: 'JW-2',
      items: [{ text: '明天上午来修', files: [] }],
    })
    expect(memberStep(replied.state, press('tell:JW-2'), card).effects).toEqual([
      { do: 'tell', code: 'JW-2', item: { text: '明天上午来修', files: [] } },
    ])
    // A button of another card takes no words that are not its own.
    expect(memberStep(replied.state, press('ask:JW-1'), card).state).toEqual(replied.state)
    const which = memberStep(memberIdle, say('明天上午来修'), {
      ...onDuty,
      accepted: ['JW-1', 'JW-2'],
    })
    expect(which.state).toMatchObject({ at: 'choosing', code: null })
    const chosen = memberStep(which.state, press('for:JW-1'), onDuty)
    expect(memberStep(chosen.state, press('ask:JW-1'), onDuty).effects).toEqual([
      { do: 'ask', code: 'JW-1', item: { text: '明天上午来修', files: [] } },
    ])
  })
  it('sends a picture of the repair with its words; a question or an end needs words', () => {
    const photo: Input = { kind: 'said', text: '', files: ['f'], isBurst: false }
    const resolving: MemberState = { at: 'resolving', code: 'JW-1' }
    const kept = memberStep(resolving, photo, onDuty)
    expect(kept.state).toEqual({
      at: 'choosing',
      code: 'JW-1',
      items: [{ text: '', files: ['f'] }],
    })
    const both = memberStep(kept.state, say('已换新闸门'), onDuty)
    expect(memberStep(both.state, press('resolve:JW-1'), onDuty).effects).toEqual([
      { do: 'resolve', code: 'JW-1', item: { text: '已换新闸门', files: ['f'] } },
    ])
    expect(memberStep({ at: 'telling', code: 'JW-1' }, photo, onDuty).effects).toEqual([
      { do: 'tell', code: 'JW-1', item: { text: '', files: ['f'] } },
    ])
  })
  it('is never met with silence', () => {
    const input = fc.oneof(
      fc.record({
        kind: fc.constant('said' as const),
        text: fc.string(),
        files: fc.constant([]),
        isBurst: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('pressed' as const), data: fc.string() }),
      fc.record({
        kind: fc.constant('command' as const),
        name: fc.string(),
        text: fc.string(),
        files: fc.constant([]),
        isBurst: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(memberIdle, { at: 'asking' as const, code: 'JW-1' }),
        input,
        (state, each) =>
          void expect(memberStep(state, each, onDuty).effects.length).toBeGreaterThan(0),
      ),
    )
  })
})
