import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { categories } from '../domain/category.ts'
import type { Effect } from './effects.ts'
import type { Input } from './input.ts'
import { idle, step } from './resident.ts'
import type { Facts, PlaceFact, State } from './resident-facts.ts'

const village: PlaceFact = { code: 'V1', names: { 'zh-Hans': '东升村' }, takesReports: true }
const county: PlaceFact = { code: 'C1', names: { 'zh-Hans': '昭苏县' }, takesReports: false }
const calm: Facts = {
  language: 'zh-Hans',
  languageChosen: false,
  detected: undefined,
  noticeSeen: true,
  isGreeting: false,
  remembered: undefined,
  named: undefined,
  within: [county],
  found: [],
  nearby: [],
  tickets: [],
  following: [],
  takeable: [],
  team: [],
  alike: undefined,
  isUrgent: false,
  suggested: [],
  suggestedNow: [],
}
const open = { code: 'JW-4K7Q2M9XH4', category: 'road' as const, status: 'accepted' as const, place: village, dueAt: 0, asked: false }

const says = (text: string, files: string[] = []): Input => ({ kind: 'said', text, files })
const presses = (data: string): Input => ({ kind: 'pressed', data })
const command = (name: string, argument = ''): Input => ({ kind: 'command', name, argument })
const keys = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.do === 'say' ? [effect.saying.key] : []))

/** Plays a conversation; facts may change with each step. */
function play(inputs: readonly (readonly [Input, Partial<Facts>?])[], start: State = idle) {
  return inputs.reduce((before, [input, facts]) => step(before.state, input, { ...calm, ...facts }), { state: start, effects: [] as readonly Effect[] })
}

describe('a resident', () => {
  it('is asked for the place, the subject and a last look, and for nothing else', () => {
    const { state, effects } = play([[says('路坏了')], [presses('place:V1'), { named: village }], [presses('category:road')], [presses('send')]])
    expect(state).toEqual(idle)
    expect(effects).toEqual([
      { do: 'rememberPlace', code: 'V1' },
      { do: 'openTicket', items: [{ text: '路坏了', files: [] }], placeCode: 'V1', category: 'road', concerns: undefined, anonymous: false },
    ])
  })
  it('sees the notice before the first report, and goes on by their own act', () => {
    const first = play([[says('路坏了'), { noticeSeen: false }]])
    expect(keys(first.effects)).toEqual(['ask.notice'])
    const next = step(first.state, presses('notice:seen'), { ...calm, noticeSeen: false })
    expect(next.effects[0]).toEqual({ do: 'noticeSeen' })
    expect(keys(next.effects)).toEqual(['ask.place'])
  })
  it('is asked whether the place of last time is still right', () => {
    const asked = play([[says('路坏了'), { remembered: village }]])
    expect(keys(asked.effects)).toEqual(['ask.samePlace'])
    expect(keys(play([[presses('here')]], asked.state).effects)).toEqual(['ask.category'])
    expect(keys(play([[presses('elsewhere')]], asked.state).effects)).toEqual(['ask.place'])
  })
  it('is not asked for the place that a start link names', () => {
    const { state } = play([[command('start', 'v_V1'), { named: village }], [says('灯坏了')]])
    expect(state).toMatchObject({ at: 'whichCategory', draft: { place: village } })
  })
  it('is asked whom a complaint concerns', () => {
    const { state, effects } = play([
      [says('他骂人')],
      [presses('place:V1'), { named: village }],
      [presses('category:complaint_staff')],
      [presses('concerns:team')],
    ])
    expect(state).toMatchObject({ at: 'confirm', draft: { concerns: 'team' } })
    expect(keys(effects)).toEqual(['ask.confirm'])
  })
  it('can name the person of the team, or nobody, and another place asks anew', () => {
    const team = [{ id: 'm1', name: 'Alma' }]
    const asked = play([
      [says('他骂人')],
      [presses('place:V1'), { named: village }],
      [presses('category:complaint_staff')],
      [presses('concerns:team'), { team }],
    ])
    expect(keys(asked.effects)).toEqual(['ask.whoOfTheTeam'])
    expect(play([[presses('named:m1'), { team }]], asked.state).state).toMatchObject({ at: 'confirm', draft: { concerns: { member: 'm1' } } })
    expect(play([[presses('named:somebody'), { team }]], asked.state).state).toEqual(asked.state)
    const named = play([[presses('named:nobody'), { team }]], asked.state)
    expect(named.state).toMatchObject({ at: 'confirm', draft: { concerns: 'team' } })
    expect(play([[presses('changePlace')], [presses('place:V1'), { named: village }]], named.state).state).toMatchObject({ at: 'whomItConcerns' })
  })
  it('P03 sends anonymously: the place is not remembered, and nobody else is joined', () => {
    const ready = play([[says('路坏了')], [presses('place:V1'), { named: village }], [presses('category:road')]])
    const alike = { code: open.code, category: 'road' as const, place: village, openedAt: 0 }
    const { state, effects } = play([[presses('send:anonymously'), { alike }]], ready.state)
    expect(state).toEqual(idle)
    expect(effects).toEqual([expect.objectContaining({ do: 'openTicket', anonymous: true })])
  })
  it('P09 says one word, and what they have is taken away from whoever has it', () => {
    const another = { ...open, code: 'JW-2' }
    expect(play([[command('unsafe'), { takeable: [open] }]]).effects).toEqual([{ do: 'makeSafe', code: open.code }])
    expect(keys(play([[command('unsafe'), { takeable: [open, another] }]]).effects)).toEqual(['unsafe.which'])
    expect(play([[presses('unsafe:JW-2')]]).effects).toEqual([{ do: 'makeSafe', code: 'JW-2' }])
    expect(keys(play([[command('unsafe')]]).effects)).toEqual(['unsafe.none', 'ask.idle'])
  })
  it('adds to an open ticket or begins anew, as they say', () => {
    const asked = play([[says('还有一个坑'), { tickets: [open] }]])
    expect(keys(asked.effects)).toEqual(['ask.addOrNew'])
    expect(play([[presses(`add:${open.code}`)]], asked.state).effects).toEqual([{ do: 'add', code: open.code, items: [{ text: '还有一个坑', files: [] }] }])
    expect(keys(play([[presses('new')]], asked.state).effects)).toEqual(['ask.place'])
  })
  it('answers a member’s question by just writing', () => {
    expect(play([[says('桥边'), { tickets: [{ ...open, asked: true }] }]]).effects).toEqual([
      { do: 'add', code: open.code, items: [{ text: '桥边', files: [] }] },
    ])
  })
  it('says in words why it did not help, and keeps the report in hand', () => {
    const draft = play([[says('路坏了')]])
    const why = play([[presses('no:JW-1')]], draft.state)
    expect(why.state).toMatchObject({ at: 'whyNot', back: draft.state })
    const done = play([[says('还是坏的')]], why.state)
    expect(done.effects[0]).toEqual({ do: 'reopen', code: 'JW-1', items: [{ text: '还是坏的', files: [] }] })
    expect(done.state).toEqual(draft.state)
  })
  it('is asked for the language when nothing tells it, and loses no word by it', () => {
    const unknown = { language: undefined }
    const asked = play([[says('12345'), unknown]])
    expect(keys(asked.effects)).toEqual(['ask.language'])
    expect(play([[presses('language:ug-Arab'), unknown]], asked.state)).toMatchObject({
      state: { at: 'whichPlace', draft: { items: [{ text: '12345' }] } },
      effects: [{ do: 'setLanguage', language: 'ug-Arab', chosen: true }, { do: 'say' }],
    })
  })
  it('keeps the language that was chosen, whatever is written later', () => {
    expect(play([[says('йол'), { languageChosen: true, detected: 'kk-Cyrl' }]]).effects.some((effect) => effect.do === 'setLanguage')).toBe(false)
    expect(play([[says('йол'), { detected: 'kk-Cyrl' }]]).effects[0]).toEqual({ do: 'setLanguage', language: 'kk-Cyrl', chosen: false })
  })
})

const input: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ kind: fc.constant('said' as const), text: fc.oneof(fc.string(), fc.string({ minLength: 30 })), files: fc.array(fc.uuid(), { maxLength: 2 }) }),
  fc.record({
    kind: fc.constant('pressed' as const),
    data: fc.oneof(
      fc.string(),
      fc.constantFrom(
        'notice:seen',
        'here',
        'elsewhere',
        'place:V1',
        'place:C1',
        'category:road',
        'category:complaint_staff',
        'concerns:team',
        'send',
        'changePlace',
        'changeCategory',
        'new',
        'add:JW-4K7Q2M9XH4',
        'no:JW-1',
        'yes:JW-1',
        'reopen:JW-1',
        'withdraw:JW-1',
        'same:JW-4K7Q2M9XH4',
        'different',
        'rate:JW-1:yes',
        'rate:JW-1:no',
        'noWord',
        'unfollow:JW-1',
        'withdrawn:JW-1',
        'unsafe:JW-1',
        'appeal:JW-1',
        'send:anonymously',
        'named:m1',
        'named:nobody',
        'keep',
        'language:ug-Arab',
        'language:xx',
        'command:new',
        'command:status',
      ),
    ),
  }),
  fc.record({
    kind: fc.constant('command' as const),
    name: fc.constantFrom('start', 'new', 'status', 'help', 'privacy', 'language', 'cancel', 'unsafe', 'mydata', 'what'),
    argument: fc.constantFrom('', 'v_V1', 'i_x', 'zzz'),
  }),
  fc.record({
    kind: fc.constant('located' as const),
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  }),
  fc.constantFrom({ kind: 'unsupported' as const }, { kind: 'fileRefused' as const }),
)
const facts: fc.Arbitrary<Facts> = fc.record({
  language: fc.constantFrom(undefined, 'zh-Hans' as const, 'ug-Arab' as const),
  languageChosen: fc.boolean(),
  detected: fc.constantFrom(undefined, 'kk-Arab' as const),
  noticeSeen: fc.boolean(),
  isGreeting: fc.constant(false),
  remembered: fc.constantFrom(undefined, village),
  named: fc.constantFrom(undefined, village, county),
  within: fc.constantFrom([], [county]),
  nearby: fc.constantFrom([], [village], [village, { ...village, code: 'V2' }]),
  found: fc.constantFrom([], [village], [village, { ...village, code: 'V2' }]),
  tickets: fc.constantFrom([], [open], [{ ...open, asked: true }]),
  following: fc.constantFrom([], [open]),
  takeable: fc.constantFrom([], [open], [open, { ...open, code: 'JW-2' }]),
  team: fc.constantFrom([], [{ id: 'm1', name: 'Alma' }]),
  alike: fc.constantFrom(undefined, { code: 'JW-4K7Q2M9XH4', category: 'road' as const, place: village, openedAt: 0 }),
  isUrgent: fc.boolean(),
  suggested: fc.subarray([...categories], { maxLength: 4 }),
  suggestedNow: fc.subarray([...categories], { maxLength: 2 }),
})
const histories = fc.array(fc.tuple(input, facts), { maxLength: 25 })

const itemTexts = (state: State): string[] =>
  state.at === 'whyNot' || state.at === 'ratingWord' ? itemTexts(state.back) : state.at === 'idle' ? [] : state.draft.items.map(({ text }) => text)

describe('any conversation', () => {
  it('never throws, never is silent, and gives the same steps for the same inputs', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const run = () =>
          history.reduce<State>((state, [each, known]) => {
            const result = step(state, each, known)
            expect(result.effects.some((effect) => effect.do !== 'setLanguage')).toBe(true)
            expect(JSON.parse(JSON.stringify(result.state))).toEqual(JSON.parse(JSON.stringify(result.state)))
            return result.state
          }, idle)
        expect(run()).toEqual(run())
      }),
      { numRuns: 400 },
    )
  })
  it('loses nothing that was said: it is in the state or in an effect, unless it was a typed place', () => {
    fc.assert(
      fc.property(histories, fc.tuple(fc.string({ minLength: 1 }), facts), (history, [text, known]) => {
        const before = history.reduce<State>((state, [each, at]) => step(state, each, at).state, idle)
        fc.pre(before.at !== 'whichPlace')
        const { state, effects } = step(before, says(text), known)
        const carried = effects.flatMap((effect) => ('items' in effect ? effect.items.map((item) => item.text) : 'item' in effect ? [effect.item.text] : []))
        expect([...itemTexts(state), ...carried]).toContain(text)
        for (const earlier of itemTexts(before)) expect([...itemTexts(state), ...carried]).toContain(earlier)
      }),
      { numRuns: 400 },
    )
  })
  it('comes to rest with /cancel from anywhere', () => {
    fc.assert(
      fc.property(histories, facts, (history, known) => {
        const state = history.reduce<State>((each, [one, at]) => step(each, one, at).state, idle)
        expect(step(state, command('cancel'), { ...known, language: 'zh-Hans' }).state).toEqual(idle)
      }),
    )
  })
})
