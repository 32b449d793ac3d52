import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { categories } from '../../categories/category.ts'
import type { ResidentEffect as Effect } from '../effects.ts'
import type { Input } from '../input.ts'
import type { Facts, PlaceFact, State } from './facts.ts'
import { idle } from './next.ts'
import { step } from './resident.ts'
import { returned } from './words.ts'

const village: PlaceFact = {
  code: 'V1',
  key: 'V1',
  names: { 'zh-Hans': '东升村' },
  takesReports: true,
}
const county: PlaceFact = {
  code: 'C1',
  key: 'C1',
  names: { 'zh-Hans': '昭苏县' },
  takesReports: false,
}
const calm: Facts = {
  now: 1_000_000,
  language: 'zh-Hans',
  languageChosen: false,
  detected: undefined,
  noticeSeen: true,
  hearing: 'none',
  smallTalk: undefined,
  remembered: undefined,
  named: undefined,
  within: [county],
  found: [],
  isFoundExactly: false,
  mentioned: [],
  nearby: [],
  tickets: [],
  following: [],
  ended: [],
  repliedTo: undefined,
  corrected: undefined,
  takeable: [],
  team: [],
  alike: undefined,
  danger: undefined,
  isMatter: false,
  suggested: [],
  sure: undefined,
  namedCategory: undefined,
}
const open = {
  code: 'JW-4K7Q2M9XH4',
  category: 'road' as const,
  status: 'accepted' as const,
  place: village,
  dueAt: 0,
  asked: false,
}

const says = (
  text: string,
  files: string[] = [],
  more: { isBurst?: boolean; source?: string } = {},
): Input => ({
  kind: 'said',
  text,
  files,
  isBurst: false,
  ...more,
})
const presses = (data: string): Input => ({ kind: 'pressed', data })
const command = (name: string, text = ''): Input => ({
  kind: 'command',
  name,
  text,
  files: [],
  isBurst: false,
})
const keys = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'say' ? [effect.saying.key] : []))

/** Plays a conversation; facts may change with each step. */
function play(inputs: readonly (readonly [Input, Partial<Facts>?])[], start: State = idle) {
  return inputs.reduce(
    (before, [input, facts]) => step(before.state, input, { ...calm, ...facts }),
    { state: start, effects: [] as readonly Effect[] },
  )
}

describe('a resident', () => {
  it('is asked for the place, the subject and a last look, and for nothing else', () => {
    const { state, effects } = play([
      [says('路坏了')],
      [presses('place:V1'), { named: village }],
      [presses('category:road')],
      [presses('send')],
    ])
    expect(state).toEqual({ at: 'idle', ended: 'sent' })
    expect(effects).toEqual([
      { do: 'rememberPlace', code: 'V1' },
      {
        do: 'openTicket',
        items: [{ text: '路坏了', files: [] }],
        placeCode: 'V1',
        category: 'road',
        concerns: undefined,
        anonymous: false,
        isDanger: false,
      },
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
    expect(play([[presses('named:m1'), { team }]], asked.state).state).toMatchObject({
      at: 'confirm',
      draft: { concerns: { member: 'm1' } },
    })
    expect(play([[presses('named:somebody'), { team }]], asked.state).state).toEqual(asked.state)
    const named = play([[presses('named:nobody'), { team }]], asked.state)
    expect(named.state).toMatchObject({ at: 'confirm', draft: { concerns: 'team' } })
    expect(
      play([[presses('changePlace')], [presses('place:V1'), { named: village }]], named.state)
        .state,
    ).toMatchObject({ at: 'whomItConcerns' })
  })
  it('P03 sends anonymously: the place is not remembered, and nobody else is joined', () => {
    const ready = play([
      [says('路坏了')],
      [presses('place:V1'), { named: village }],
      [presses('category:road')],
    ])
    const alike = { handle: 'handle', category: 'road' as const, place: village }
    const { state, effects } = play([[presses('send:anonymously'), { alike }]], ready.state)
    expect(state.at).toBe('idle')
    expect(effects).toEqual([
      { do: 'rememberPlace', code: null },
      expect.objectContaining({ do: 'openTicket', anonymous: true }),
    ])
  })
  it('P39 is told when a report is full, by messages or by characters; nothing of it is lost, and it can be sent', () => {
    const many = play([
      [says('路坏了')],
      [presses('place:V1'), { named: village }],
      [presses('category:road')],
      ...Array.from({ length: 80 }, (_, nth) => [says(`还有 ${nth}`)] as const),
    ])
    expect(itemTexts(many.state).length).toBe(60)
    expect(keys(many.effects)[0]).toBe('draft.full')
    const long = play([
      [says('路坏了')],
      [presses('place:V1'), { named: village }],
      [presses('category:road')],
      ...Array.from({ length: 20 }, () => [says('长'.repeat(4_000))] as const),
    ])
    expect(itemTexts(long.state).join('').length).toBeLessThanOrEqual(30_000)
    // A place is still chosen where the report is full.
    const noPlace = play([
      [says('路坏了')],
      ...Array.from(
        { length: 70 },
        (_, nth) => [says(`还有 ${nth}，请来人看看`), { isMatter: true }] as const,
      ),
    ])
    expect([noPlace.state.at, itemTexts(noPlace.state).length]).toEqual(['whichPlace', 60])
    expect(play([[presses('place:V1'), { named: village }]], noPlace.state).state.at).toBe(
      'whichCategory',
    )
    expect(play([[presses('send')]], many.state).effects).toContainEqual(
      expect.objectContaining({ do: 'openTicket' }),
    )
  })
  it('P09 says one word, and what they have is taken away from whoever has it', () => {
    const another = { ...open, code: 'JW-2' }
    expect(play([[command('unsafe'), { takeable: [open] }]]).effects).toEqual([
      { do: 'makeSafe', code: open.code },
    ])
    expect(keys(play([[command('unsafe'), { takeable: [open, another] }]]).effects)).toEqual([
      'unsafe.which',
    ])
    expect(play([[presses('unsafe:JW-2')]]).effects).toEqual([{ do: 'makeSafe', code: 'JW-2' }])
    expect(keys(play([[command('unsafe')]]).effects)).toEqual(['unsafe.none', 'ask.idle'])
  })
  it('adds to an open ticket or begins anew, as they say', () => {
    const asked = play([[says('还有一个坑'), { tickets: [open] }]])
    expect(keys(asked.effects)).toEqual(['ask.addOrNew'])
    expect(play([[presses(`add:${open.code}`)]], asked.state).effects).toEqual([
      { do: 'add', code: open.code, items: [{ text: '还有一个坑', files: [] }], isMore: false },
    ])
    expect(keys(play([[presses('new')]], asked.state).effects)).toEqual(['ask.place'])
  })
  it('answers a member’s question by just writing', () => {
    expect(play([[says('桥边'), { tickets: [{ ...open, asked: true }] }]]).effects).toEqual([
      { do: 'add', code: open.code, items: [{ text: '桥边', files: [] }], isMore: false },
    ])
  })
  it('says in words why it did not help, and keeps the report in hand', () => {
    const draft = play([[says('路坏了')]])
    const why = play([[presses('no:JW-1')]], draft.state)
    expect(why.state).toMatchObject({ at: 'whyNot', back: draft.state })
    const done = play([[says('还是坏的')]], why.state)
    expect(done.effects[0]).toEqual({
      do: 'reopen',
      code: 'JW-1',
      items: [{ text: '还是坏的', files: [] }],
    })
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
    expect(
      play([[says('йол'), { languageChosen: true, detected: 'kk-Cyrl' }]]).effects.some(
        (effect) => effect.do === 'setLanguage',
      ),
    ).toBe(false)
    expect(play([[says('йол'), { detected: 'kk-Cyrl' }]]).effects[0]).toEqual({
      do: 'setLanguage',
      language: 'kk-Cyrl',
      chosen: false,
    })
  })
})

const input: fc.Arbitrary<Input> = fc.oneof(
  fc.record({
    kind: fc.constant('said' as const),
    text: fc.oneof(fc.string(), fc.string({ minLength: 30 })),
    files: fc.array(fc.uuid(), { maxLength: 2 }),
    isBurst: fc.boolean(),
  }),
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
        'changeWords',
        'keepWords',
        'allCategories',
        'danger:on',
        'danger:off',
        'danger:JW-1',
        'calm:JW-1',
        'addTo:JW-4K7Q2M9XH4',
        'status:JW-1',
        'keepAll',
        'command:new',
        'command:status',
      ),
    ),
  }),
  fc.record({
    kind: fc.constant('command' as const),
    name: fc.constantFrom(
      'start',
      'new',
      'status',
      'help',
      'privacy',
      'language',
      'cancel',
      'unsafe',
      'mydata',
      'what',
    ),
    text: fc.constantFrom('', 'v_V1', 'i_x', 'zzz', '村口的水管漏水'),
    files: fc.constant([]),
    isBurst: fc.constant(false),
  }),
  fc.record({
    kind: fc.constant('located' as const),
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    text: fc.constantFrom('', '三村卫生室'),
    isBurst: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('said' as const),
    text: fc.constantFrom('', 'caption'),
    files: fc.constant([]),
    lost: fc.constantFrom('kind' as const, 'tooLarge' as const, 'gone' as const),
    isBurst: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('edited' as const),
    source: fc.constantFrom('s1', 's2'),
    text: fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''),
    files: fc.constantFrom([], ['5f0c2f3e-3c1b-4a53-8f43-0d3a3f6f7a11']),
  }),
)
const facts: fc.Arbitrary<Facts> = fc.record({
  now: fc.constant(1_000_000),
  language: fc.constantFrom(undefined, 'zh-Hans' as const, 'ug-Arab' as const),
  languageChosen: fc.boolean(),
  detected: fc.constantFrom(undefined, 'kk-Arab' as const),
  noticeSeen: fc.boolean(),
  hearing: fc.constantFrom('on' as const, 'off' as const, 'onPage' as const, 'none' as const),
  smallTalk: fc.constant(undefined),
  remembered: fc.constantFrom(undefined, village),
  named: fc.constantFrom(undefined, village, county),
  within: fc.constantFrom([], [county]),
  nearby: fc.constantFrom([], [village], [village, { ...village, code: 'V2' }]),
  found: fc.constantFrom([], [village], [village, { ...village, code: 'V2' }]),
  isFoundExactly: fc.boolean(),
  mentioned: fc.constantFrom([], [village], [village, { ...village, code: 'V2' }]),
  tickets: fc.constantFrom([], [open], [{ ...open, asked: true }]),
  following: fc.constantFrom([], [open]),
  ended: fc.constantFrom(
    [],
    [
      {
        code: 'JW-1',
        category: 'road' as const,
        status: 'closed' as const,
        place: village,
        endedAt: 0,
      },
    ],
  ),
  repliedTo: fc.constantFrom(undefined, undefined, open.code),
  corrected: fc.constantFrom(undefined, { code: open.code, isSame: false }),
  takeable: fc.constantFrom([], [open], [open, { ...open, code: 'JW-2' }]),
  team: fc.constantFrom([], [{ id: 'm1', name: 'Alma' }]),
  alike: fc.constantFrom(undefined, {
    handle: 'handle',
    category: 'road' as const,
    place: village,
  }),
  danger: fc.constantFrom(undefined, 'self', 'home', 'other'),
  isMatter: fc.boolean(),
  suggested: fc.subarray([...categories], { maxLength: 4 }),
  sure: fc.constantFrom(undefined, undefined, 'road' as const),
  namedCategory: fc.constantFrom(undefined, undefined, 'other' as const),
})
const histories = fc.array(fc.tuple(input, facts), { maxLength: 25 })

const itemFiles = (state: State) =>
  'draft' in state ? state.draft.items.map(({ files }) => files) : []
const itemTexts = (state: State): string[] =>
  state.at === 'whyNot' || state.at === 'ratingWord'
    ? itemTexts(state.back)
    : state.at === 'idle'
      ? []
      : state.draft.items.map(({ text }) => text)

describe('words that come as people send them', () => {
  const drafting = play([[says('三村的水管爆了')]])
  it('in several messages are one thought: the answer that stands changes, and is not said again', () => {
    const { state, effects } = play([[says('已经三天了', [], { isBurst: true })]], drafting.state)
    expect(effects).toEqual([
      {
        do: 'say',
        saying: expect.objectContaining({ key: 'ask.place', leads: [{ key: 'draft.added' }] }),
        amends: true,
      },
    ])
    expect(itemTexts(state)).toEqual(['三村的水管爆了', '已经三天了'])
  })
  it('after a while are answered on their own', () => {
    expect(
      keys(play([[says('而且水流到了路上，家里没有水，孩子们没法洗脸')]], drafting.state).effects),
    ).toEqual(['draft.added', 'ask.place'])
  })
  it('that answer a member’s question are the answer, all of them, until something else is begun', () => {
    const asked = { tickets: [{ ...open, asked: true }] }
    const first = play([[says('靠村子这一头'), asked]])
    const more = play(
      [[says('就在小卖部旁边', [], { isBurst: true }), { tickets: [open] }]],
      first.state,
    )
    expect(more.effects).toEqual([
      { do: 'add', code: open.code, items: [{ text: '就在小卖部旁边', files: [] }], isMore: true },
    ])
    const later = play(
      [[says('明天我在家'), { tickets: [open], now: calm.now + 20 * 60_000 }]],
      more.state,
    )
    expect(later.effects).toEqual([expect.objectContaining({ do: 'add', code: open.code })])
    expect(keys(play([[presses('command:new')]], more.state).effects)).toEqual(['ask.whatHappened'])
    expect(
      keys(
        play([[says('路灯也坏了'), { tickets: [open], now: calm.now + 3 * 3_600_000 }]], more.state)
          .effects,
      ),
    ).toEqual(['ask.addOrNew'])
  })
  it('that reply to a message about a request go to that request, whatever else is in hand', () => {
    const { state, effects } = play([
      [
        says('靠村子这一头'),
        {
          repliedTo: open.code,
          tickets: [
            { ...open, asked: true },
            { ...open, code: 'JW-2', asked: true },
          ],
        },
      ],
    ])
    expect(effects).toEqual([expect.objectContaining({ do: 'add', code: open.code })])
    expect(state.at).toBe('idle')
    expect(play([[says('靠村子这一头'), { repliedTo: open.code }]], drafting.state).state).toEqual(
      drafting.state,
    )
  })
  it('behind a command are what is said', () => {
    const { state, effects } = play([[command('new', '村口的水管漏水，已经三天了')]])
    expect([itemTexts(state), keys(effects)]).toEqual([
      ['村口的水管漏水，已经三天了'],
      ['ask.place'],
    ])
    expect(itemTexts(play([[command('status', '路也坏了')]]).state)).toEqual(['路也坏了'])
    expect(
      itemTexts(
        play([[command('start', '村口的桥塌了，有人受伤'), { language: undefined }]]).state,
      ),
    ).toEqual(['村口的桥塌了，有人受伤'])
  })
  it('stay when their file can not be taken, which is named in one sentence', () => {
    const { state, effects } = play([
      [{ kind: 'said', text: '闸门坏了', files: [], lost: 'kind', isBurst: false }],
    ])
    expect([itemTexts(state), keys(effects)]).toEqual([['闸门坏了'], ['lost.kind', 'ask.place']])
    expect(
      keys(
        play(
          [[{ kind: 'said', text: '', files: [], lost: 'tooLarge', isBurst: false }]],
          drafting.state,
        ).effects,
      ),
    ).toEqual(['lost.tooLarge', 'ask.place'])
  })
  it('of an edit take the place of the old ones, reach the member as a correction, or are nothing new', () => {
    const said = play([[says('五队的桥坏了', [], { source: 's5' })]])
    const edit = (text: string, files: readonly string[] = []): Input => ({
      kind: 'edited',
      source: 's5',
      text,
      files,
    })
    const changed = play([[edit('六队的桥坏了')]], said.state)
    expect([itemTexts(changed.state), keys(changed.effects)]).toEqual([
      ['六队的桥坏了'],
      ['draft.changed', 'ask.place'],
    ])
    expect(play([[edit('五队的桥坏了')]], said.state).effects).toEqual([])
    expect(
      play([[edit('六队的桥坏了'), { corrected: { code: open.code, isSame: false } }]]).effects,
    ).toEqual([
      { do: 'correct', code: open.code, item: { text: '六队的桥坏了', files: [], source: 's5' } },
    ])
    expect(
      play([[edit('五队的桥坏了'), { corrected: { code: open.code, isSame: true } }]]).effects,
    ).toEqual([])
    expect(itemTexts(play([[edit('六队的桥坏了')]]).state)).toEqual(['六队的桥坏了'])
    // A picture is no less a change than a word is.
    const photo = play([[edit('五队的桥坏了', ['f2'])]], said.state)
    expect(keys(photo.effects)[0]).toBe('draft.changed')
    expect(itemFiles(photo.state)).toEqual([['f2']])
    expect(itemFiles(play([[edit('', ['f3'])]], photo.state).state)).toEqual([['f3']])
    expect(
      play([[edit('五队的桥坏了', ['f2']), { corrected: { code: open.code, isSame: true } }]])
        .effects,
    ).toEqual([
      {
        do: 'correct',
        code: open.code,
        item: { text: '五队的桥坏了', files: ['f2'], source: 's5' },
      },
    ])
  })
  it('that could not go where they were meant to are in hand again, and the resident is asked', () => {
    const items = [{ text: '还是漏水', files: [] }]
    expect(returned(idle, items, calm)).toMatchObject({
      state: { at: 'returned', draft: { items } },
    })
    expect(itemTexts(returned(drafting.state, items, calm).state)).toEqual([
      '三村的水管爆了',
      '还是漏水',
    ])
    expect(play([[presses('new')]], returned(idle, items, calm).state).state).toMatchObject({
      at: 'whichPlace',
      draft: { items },
    })
  })
})

describe('small talk', () => {
  const drafting = play([
    [says('路坏了')],
    [presses('place:V1'), { named: village }],
    [presses('category:road')],
  ])
  it.each(['thanks', 'ok', 'yes', 'no', 'emoji'] as const)(
    '(%s) is answered kindly, and is no report and no part of one',
    (smallTalk) => {
      expect(play([[says('…'), { smallTalk }]])).toEqual({
        state: idle,
        effects: [{ do: 'say', saying: { key: `smallTalk.${smallTalk}` } }],
      })
      expect(play([[says('…'), { smallTalk }]], drafting.state).state).toEqual(drafting.state)
      expect(play([[says('…'), { smallTalk, tickets: [open] }]]).state).toEqual(idle)
    },
  )
  it('never sends, never erases, and starts no clock', () => {
    for (const smallTalk of ['yes', 'ok'] as const)
      expect(play([[says('是'), { smallTalk }]], drafting.state).effects).toEqual([
        {
          do: 'say',
          saying: expect.objectContaining({
            key: 'ask.confirm',
            leads: [{ key: 'smallTalk.pressSend' }],
          }),
        },
      ])
    for (const smallTalk of ['thanks', 'greeting', 'emoji', 'what'] as const)
      expect(
        play([[says('谢谢'), { smallTalk, tickets: [{ ...open, asked: true }] }]]).effects.some(
          (effect) => effect.do === 'add',
        ),
      ).toBe(false)
  })
  it('answers the question that is open: a member’s, the notice, the place, whether it helped', () => {
    expect(
      play([[says('是'), { smallTalk: 'yes', tickets: [{ ...open, asked: true }] }]]).effects,
    ).toEqual([expect.objectContaining({ do: 'add' })])
    const notice = play([[says('路坏了'), { noticeSeen: false }]])
    expect(
      play([[says('好'), { smallTalk: 'ok', noticeSeen: false }]], notice.state).effects[0],
    ).toEqual({ do: 'noticeSeen' })
    const place = play([[says('路坏了'), { remembered: village }]])
    expect(play([[says('是'), { smallTalk: 'yes' }]], place.state).state).toMatchObject({
      draft: { place: village },
    })
    const resolved = { tickets: [{ ...open, status: 'resolved' as const }] }
    expect(play([[says('是'), { smallTalk: 'yes', ...resolved }]]).effects).toEqual([
      { do: 'agree', code: open.code },
    ])
    expect(play([[says('谢谢'), { smallTalk: 'thanks', ...resolved }]]).effects).toEqual([
      { do: 'say', saying: { key: 'smallTalk.thanks' } },
    ])
  })
  it('a question mark asks how things stand', () => {
    expect(keys(play([[says('？'), { smallTalk: 'what', tickets: [open] }]]).effects)).toEqual([
      'status.ticket',
    ])
    expect(keys(play([[says('？'), { smallTalk: 'what' }]], drafting.state).effects)).toEqual([
      'ask.confirm',
    ])
  })
  it('in a language answers the question for the language', () => {
    const asked = play([[command('start'), { language: undefined, noticeSeen: false }]])
    expect(asked.state.at).toBe('whichLanguage')
    const greeted = play(
      [
        [
          says('你好'),
          { smallTalk: 'greeting', language: undefined, detected: 'zh-Hans', noticeSeen: false },
        ],
      ],
      asked.state,
    )
    expect(keys(greeted.effects)).toEqual(['welcome', 'ask.notice'])
  })
  it('P02 of another language at the notice gets the whole notice in that language', () => {
    const notice = play([[says('路坏了'), { noticeSeen: false }]])
    expect(
      keys(
        play([[says('су жоқ болып тұр'), { detected: 'kk-Cyrl', noticeSeen: false }]], notice.state)
          .effects,
      ),
    ).toContain('ask.notice')
    expect(
      keys(play([[presses('language:kk-Cyrl'), { noticeSeen: false }]], notice.state).effects),
    ).toEqual(['language.set', 'ask.notice'])
  })
  it('under the notice gets one line with the button, not the whole notice again', () => {
    const notice = play([[says('你好'), { smallTalk: 'greeting', noticeSeen: false }]])
    expect(keys(notice.effects)).toEqual(['welcome', 'ask.notice'])
    expect(
      keys(
        play([[says('你好'), { smallTalk: 'greeting', noticeSeen: false }]], notice.state).effects,
      ),
    ).toEqual(['ask.noticeAgain'])
  })
})

describe('the questions', () => {
  const placed = play([[says('树倒了')], [presses('place:V1'), { named: village }]])
  it('for the subject shows three likely ones, and the rest on a second screen', () => {
    const buttons = (result: ReturnType<typeof play>) =>
      result.effects.flatMap((effect) =>
        effect.do === 'say' ? (effect.saying.buttons ?? []).flat().map(({ data }) => data) : [],
      )
    const shown = play(
      [[presses('place:V1'), { named: village, suggested: ['road', 'housing', 'waste', 'land'] }]],
      play([[says('树倒了')]]).state,
    )
    expect(buttons(shown)).toEqual([
      'category:road',
      'category:housing',
      'category:waste',
      'allCategories',
      'command:cancel',
    ])
    expect(
      buttons(play([[presses('allCategories')]], shown.state)).filter((data) =>
        data.startsWith('category:'),
      ),
    ).toHaveLength(categories.length)
  })
  it('for the subject is answered by its name or by "I don’t know", never by a stray word', () => {
    expect(play([[says('道路'), { namedCategory: 'road' }]], placed.state).state).toMatchObject({
      at: 'confirm',
      draft: { category: 'road' },
    })
    expect(play([[says('随便'), { suggested: ['farming'] }]], placed.state).state).toMatchObject({
      at: 'whichCategory',
      draft: { items: [{ text: '树倒了' }, { text: '随便' }] },
    })
    expect(
      play([[says('幸福村'), { found: [village], isFoundExactly: true }]], placed.state).state,
    ).toMatchObject({
      at: 'whichCategory',
      draft: { place: village, items: [{ text: '树倒了' }] },
    })
  })
  it('for the subject is left out where the words leave no doubt; it can be changed at the last look', () => {
    const sure = play([
      [says('路灯坏了')],
      [presses('place:V1'), { named: village, sure: 'street_light' }],
    ])
    expect(sure.state).toMatchObject({ at: 'confirm', draft: { category: 'street_light' } })
    expect(play([[presses('category:road')]], sure.state).state).toMatchObject({
      at: 'confirm',
      draft: { category: 'road' },
    })
  })
  it('for the place is left out where the report names the village, and narrowed by a county', () => {
    expect(play([[says('幸福村的路坏了'), { mentioned: [village] }]]).state).toMatchObject({
      at: 'whichCategory',
      draft: { place: village },
    })
    expect(
      play(
        [[says('昭苏县'), { found: [county], isFoundExactly: true }]],
        play([[says('路坏了')]]).state,
      ).state,
    ).toMatchObject({
      at: 'whichPlace',
      within: 'C1',
    })
  })
  it('say that a location is far from any village, and keep it', () => {
    const { state, effects } = play(
      [[{ kind: 'located', latitude: 1, longitude: 2, text: '', isBurst: false }]],
      play([[says('路坏了')]]).state,
    )
    expect([keys(effects), itemTexts(state)]).toEqual([
      ['place.far', 'ask.place'],
      ['路坏了', '📍 1.000, 2.000'],
    ])
  })
  it('let the words be written anew at the last look', () => {
    const confirm = play([[presses('category:road')]], placed.state)
    const rewriting = play([[presses('changeWords')]], confirm.state)
    expect(play([[says('路断了')]], rewriting.state).state).toMatchObject({
      at: 'confirm',
      draft: { items: [{ text: '路断了' }] },
    })
    expect(play([[presses('keepWords')]], rewriting.state).state).toEqual(confirm.state)
  })
  it('keep the village of a poster after the report was stopped', () => {
    const started = play([[command('start', 'v_V1'), { named: village }]])
    expect(started.effects[0]).toEqual({ do: 'rememberPlace', code: 'V1' })
  })
  it('take danger by a button at once, and let it be undone', () => {
    const confirm = play([[presses('category:road')]], placed.state)
    const danger = play([[presses('danger:on')]], confirm.state)
    expect(keys(danger.effects)).toEqual(['urgent.numbers', 'ask.confirm'])
    expect(play([[presses('send')]], danger.state).effects).toContainEqual(
      expect.objectContaining({ do: 'openTicket', isDanger: true }),
    )
    expect(play([[presses('danger:off')], [presses('send')]], danger.state).effects).toContainEqual(
      expect.objectContaining({ do: 'openTicket', isDanger: false }),
    )
    expect(play([[presses(`danger:${open.code}`)]]).effects).toContainEqual({
      do: 'setDanger',
      code: open.code,
      isDanger: true,
    })
  })
  it('that were answered say so when they are pressed later', () => {
    const confirm = play([[presses('category:road')]], placed.state)
    expect(keys(play([[presses('here')]], confirm.state).effects)).toEqual([
      'late.answered',
      'ask.confirm',
    ])
    expect(keys(play([[presses('send')], [presses('send')]], confirm.state).effects)[0]).toBe(
      'late.sent',
    )
    expect(keys(play([[command('cancel')], [presses('send')]], confirm.state).effects)[0]).toBe(
      'late.stopped',
    )
  })
})

describe('any conversation', () => {
  it('never throws, never is silent, and gives the same steps for the same inputs', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const run = () =>
          history.reduce<State>((state, [each, known]) => {
            const result = step(state, each, known)
            // An edit that changes nothing is met with nothing.
            if (each.kind !== 'edited')
              expect(result.effects.some((effect) => effect.do !== 'setLanguage')).toBe(true)
            expect(JSON.parse(JSON.stringify(result.state))).toEqual(
              JSON.parse(JSON.stringify(result.state)),
            )
            return result.state
          }, idle)
        expect(run()).toEqual(run())
      }),
      { numRuns: 400 },
    )
  })
  it('loses nothing that was said: it is in the state or in an effect, unless it was a typed place', () => {
    fc.assert(
      fc.property(
        histories,
        fc.tuple(fc.string({ minLength: 1 }), facts),
        (history, [text, known]) => {
          const before = history.reduce<State>(
            (state, [each, at]) => step(state, each, at).state,
            idle,
          )
          // A typed place is the answer to a question, and stands with the report as its place.
          fc.pre(before.at !== 'whichPlace' || known.found.length === 0)
          fc.pre(!(before.at === 'whichCategory' && known.isFoundExactly))
          fc.pre(
            text.trim() !== '' && before.at !== 'rewriting' && known.namedCategory === undefined,
          )
          const { state, effects } = step(before, says(text), known)
          const carried = effects.flatMap((effect) =>
            'items' in effect
              ? effect.items.map((item) => item.text)
              : 'item' in effect
                ? [effect.item.text]
                : [],
          )
          expect([...itemTexts(state), ...carried]).toContain(text)
          for (const earlier of itemTexts(before))
            expect([...itemTexts(state), ...carried]).toContain(earlier)
        },
      ),
      { numRuns: 400 },
    )
  })
  it('comes to rest with /cancel from anywhere', () => {
    fc.assert(
      fc.property(histories, facts, (history, known) => {
        const state = history.reduce<State>((each, [one, at]) => step(each, one, at).state, idle)
        expect(step(state, command('cancel'), { ...known, language: 'zh-Hans' }).state.at).toBe(
          'idle',
        )
      }),
    )
  })
})
