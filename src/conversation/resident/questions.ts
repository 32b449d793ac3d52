import { type Category, categories, entryOf } from '../../categories/category.ts'
import { languageName, type MessageKey, residentLanguages } from '../../language/catalogue.ts'
import type { Button, Params, Saying } from '../../language/render.ts'
import { unreachable } from '../../platform/unreachable.ts'
import { concerns, type ResidentEffect } from '../effects.ts'
import type { Draft, Facts, PlaceFact, State } from './facts.ts'

/**
 * How the bot asks what a state waits for, with the buttons that answer it. They go once it is
 * answered.
 */
export function ask(state: State, facts: Facts): Saying {
  const saying = question(state, facts)
  return state.at === 'idle' ? saying : { ...saying, asks: true }
}

/**
 * The same question once more, in short where it is long: but the notice is read in full in the
 * resident's own language.
 */
export function askAgain(state: State, facts: Facts): Saying {
  const saying = ask(state, facts)
  const isOtherLanguage =
    !facts.languageChosen && facts.detected !== undefined && facts.detected !== facts.language
  return state.at === 'notice' && !isOtherLanguage ? { ...saying, key: 'ask.noticeAgain' } : saying
}

function question(state: State, facts: Facts): Saying {
  switch (state.at) {
    case 'idle':
      return {
        key: 'ask.idle',
        buttons: [
          [button('button.new', 'command:new'), button('button.status', 'command:status')],
          [button('button.help', 'command:help'), button('button.language', 'command:language')],
          ...listenButton(facts),
        ],
      }
    case 'whichLanguage':
      return {
        key: 'ask.language',
        buttons: languageButtons,
      }
    case 'notice':
      return {
        key: 'ask.notice',
        buttons: [
          [{ ...button('button.goOn', 'notice:seen'), tone: 'filled' }],
          dangerButton(state.draft),
          [
            button('button.privacy', 'command:privacy'),
            button('button.language', 'command:language'),
          ],
          ...listenButton(facts),
        ],
      }
    case 'whatHappened':
      return { key: 'ask.whatHappened', buttons: [cancel] }
    case 'samePlace':
      return {
        key: 'ask.samePlace',
        params: { place: { names: state.place.names } },
        buttons: [
          [button('button.here', 'here')],
          [button('button.elsewhere', 'elsewhere')],
          cancel,
        ],
      }
    case 'whichPlace':
      return {
        key: state.within === null ? 'ask.place' : 'ask.placeWithin',
        buttons: [
          ...inPairs(facts.within.map(placeButton)),
          ...(state.within === null ? [] : [[button('button.back', 'elsewhere')]]),
          cancel,
        ],
      }
    case 'whichCategory':
      return askCategory(state, facts)
    case 'whomItConcerns':
      return {
        key: 'ask.concerns',
        buttons: [
          ...concerns.map((concern) => [button(`concerns.${concern}`, `concerns:${concern}`)]),
          cancel,
        ],
      }
    case 'whoOfTheTeam':
      return {
        key: 'ask.whoOfTheTeam',
        buttons: [
          ...inPairs(
            facts.team.map(({ id, name }) => ({ label: { plain: name }, data: `named:${id}` })),
          ),
          [button('button.nameNobody', 'named:nobody')],
          cancel,
        ],
      }
    case 'confirm':
      return {
        key: fileCount(state.draft) > 0 ? 'ask.confirmWithFiles' : 'ask.confirm',
        params: summary(state.draft),
        buttons: [
          [{ ...button('button.send', 'send'), tone: 'filled' }],
          [{ ...button('button.sendAnonymously', 'send:anonymously'), tone: 'quiet' }],
          [button('button.changeWords', 'changeWords')],
          [
            button('button.changePlace', 'changePlace'),
            button('button.changeCategory', 'changeCategory'),
          ],
          dangerButton(state.draft),
          cancel,
        ],
      }
    case 'rewriting':
      return {
        key: 'ask.newWords',
        params: { text: wordsOf(state.draft) },
        buttons: [[button('button.keepWords', 'keepWords')], cancel],
      }
    case 'addOrNew':
      return {
        key: 'ask.addOrNew',
        buttons: [...addButtons(facts), [button('button.newReport', 'new')], cancel],
      }
    case 'returned':
      return {
        key: 'ask.returned',
        params: { text: wordsOf(state.draft) },
        buttons: [...addButtons(facts), [button('button.newReport', 'new')], cancel],
      }
    case 'alike':
      return {
        key: 'ask.alike',
        params: {
          category: { key: `category.${state.alike.category}` },
          place: { names: state.alike.place.names },
        },
        buttons: [
          [button('button.meToo', `same:${state.alike.handle}`)],
          [button('button.different', 'different')],
          cancel,
        ],
      }
    case 'ratingWord':
      return { key: 'ask.ratingWord', buttons: [[button('button.noWord', 'noWord')]] }
    case 'whyNot':
      return {
        key: 'ask.whyNot',
        params: { code: { code: state.code } },
        buttons: [[button('button.reopen', `reopen:${state.code}`)]],
      }
    default:
      return unreachable(state)
  }
}

/**
 * How many subjects are shown at first: the likely ones, or the most usual ones where nothing looks
 * likely.
 */
const mostLikely = 3
const usual = [
  'drinking_water',
  'electricity',
  'road',
  'irrigation',
  'housing',
  'documents',
] as const satisfies readonly Category[]

/**
 * Few subjects, so that the question stays in sight above them on a small phone; all of them on a
 * second screen.
 */
function askCategory(state: State & { at: 'whichCategory' }, { suggested }: Facts): Saying {
  const likely = suggested.slice(0, mostLikely)
  if (state.isWhole === true)
    return {
      key: 'ask.category',
      buttons: [
        ...inPairs(categories.map(categoryButton)),
        [button('button.back', 'likelyCategories'), ...cancel],
      ],
    }
  const first =
    likely.length > 0
      ? likely.map((category) => [categoryButton(category)])
      : inPairs(usual.map(categoryButton))
  return {
    key: likely.length > 0 ? 'ask.categorySuggested' : 'ask.category',
    buttons: [...first, [button('button.otherSubjects', 'allCategories')], cancel],
  }
}

function addButtons({ tickets }: Facts): readonly (readonly Button[])[] {
  return tickets.slice(0, 5).map((ticket) => [
    {
      label: {
        key: 'button.add' as const,
        params: {
          code: { code: ticket.code },
          category: { key: `category.${ticket.category}` as const },
        },
      },
      data: `add:${ticket.code}`,
    },
  ])
}

/** Offered where texts can be said aloud and are not. */
function listenButton({ hearing }: Facts): readonly (readonly Button[])[] {
  return hearing === 'off' ? [[button('button.listen', 'command:listen')]] : []
}

/** "Somebody is in danger now", or its undoing. */
function dangerButton(draft: Draft): readonly Button[] {
  return draft.isDanger === true
    ? [button('button.dangerOff', 'danger:off')]
    : [{ ...button('button.danger', 'danger:on'), tone: 'danger' }]
}

/** The emergency numbers, after the danger button: it can be undone. */
export function urgentNumbers(undo: string): Saying {
  return { key: 'urgent.numbers', buttons: [[button('button.dangerOff', undo)]] }
}

/** Which of several tickets is to be taken away from the person who has it. */
export function askWhichIsUnsafe(takeable: Facts['takeable']): Saying {
  const label = (code: string, category: Category) => ({
    key: 'button.unsafe' as const,
    params: { code: { code }, category: { key: `category.${category}` as const } },
  })
  return {
    key: 'unsafe.which',
    buttons: [
      ...takeable.map(({ code, category }) => [
        { label: label(code, category), data: `unsafe:${code}` },
      ]),
      cancel,
    ],
  }
}

/** Asked once a ticket is closed, and never again: content, or not? */
export function ratingButtons(code: string): readonly (readonly Button[])[] {
  return [
    [
      button('button.satisfied', `rate:${code}:yes`),
      button('button.notSatisfied', `rate:${code}:no`),
    ],
  ]
}

/** What can be done with a report that was just sent. */
export function receiptButtons(code: string): readonly (readonly Button[])[] {
  return [
    [button('button.statusOf', `status:${code}`), button('button.addTo', `addTo:${code}`)],
    [{ ...button('button.danger', `danger:${code}`), tone: 'danger' }],
    [{ ...button('button.withdraw', `withdraw:${code}`), tone: 'quiet' }],
  ]
}

/** An effect that says one sentence. */
export function say(key: MessageKey, params?: Params): ResidentEffect & { readonly do: 'say' } {
  return { do: 'say', saying: params === undefined ? { key } : { key, params } }
}

/** What `/listen` does: texts are said aloud from then on, or no more, or it says why they can't be. */
export function listening(hearing: Facts['hearing']) {
  if (hearing === 'none' || hearing === 'onPage') return [say(`listen.${hearing}`)]
  const listens = hearing === 'off'
  return [
    { do: 'setListens' as const, listens },
    say(listens ? 'listen.on' : 'listen.off'),
  ] satisfies readonly ResidentEffect[]
}

/** A button by the key of its label. */
export function button(key: MessageKey, data: string): Button {
  return { label: { key }, data }
}

const cancel: readonly Button[] = [{ ...button('button.cancel', 'command:cancel'), tone: 'quiet' }]

function placeButton(place: PlaceFact): Button {
  return { label: { names: place.names }, data: `place:${place.key}` }
}

function categoryButton(category: Category): Button {
  return {
    label: { key: `category.${category}`, emblem: entryOf(category).emblem },
    data: `category:${category}`,
  }
}

function summary(draft: Draft): Params {
  return {
    text: wordsOf(draft),
    files: { key: 'confirm.files', params: { count: { count: fileCount(draft) } } },
    place: { names: draft.place?.names ?? {} },
    category: {
      key: draft.category === undefined ? 'category.other' : `category.${draft.category}`,
    },
  }
}

/** The words of a draft, shortened where they are long. */
function wordsOf(draft: Draft): Params[string] {
  const words = draft.items
    .map((item) => item.text.trim())
    .filter((text) => text !== '')
    .join('\n')
  return words === ''
    ? { key: 'confirm.noWords' }
    : { text: words.length > 1500 ? `${words.slice(0, 1500)}…` : words }
}

function fileCount(draft: Draft): number {
  return draft.items.reduce((sum, item) => sum + item.files.length, 0)
}

/** Every written form, by its own name. */
export const languageButtons = inPairs(
  residentLanguages.map((language) => ({
    label: { plain: languageName(language) },
    data: `language:${language}`,
  })),
)

function inPairs(buttons: readonly Button[]): readonly (readonly Button[])[] {
  return buttons.flatMap((_, index) => (index % 2 === 0 ? [buttons.slice(index, index + 2)] : []))
}
