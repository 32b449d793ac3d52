import { type Category, categories, emblems } from '../domain/category.ts'
import { unreachable } from '../domain/unreachable.ts'
import { languageNames, type MessageKey, residentLanguages } from '../language/catalogue.ts'
import type { Button, Params, Saying } from '../language/render.ts'
import { concerns, type Effect } from './effects.ts'
import type { Draft, Facts, PlaceFact, State, TicketFact } from './resident-facts.ts'

/** How the bot asks what a state waits for, with the buttons that answer it. */
export function ask(state: State, facts: Facts): Saying {
  switch (state.at) {
    case 'idle':
      return {
        key: 'ask.idle',
        buttons: [
          [button('button.new', 'command:new'), button('button.status', 'command:status')],
          [button('button.help', 'command:help'), button('button.language', 'command:language')],
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
        buttons: [[button('button.goOn', 'notice:seen')], [button('button.privacy', 'command:privacy'), button('button.language', 'command:language')]],
      }
    case 'whatHappened':
      return { key: 'ask.whatHappened', buttons: [cancel] }
    case 'samePlace':
      return {
        key: 'ask.samePlace',
        params: { place: { names: state.place.names } },
        buttons: [[button('button.here', 'here')], [button('button.elsewhere', 'elsewhere')], cancel],
      }
    case 'whichPlace':
      return {
        key: state.within === null ? 'ask.place' : 'ask.placeWithin',
        buttons: [...inPairs(facts.within.map(placeButton)), ...(state.within === null ? [] : [[button('button.back', 'elsewhere')]]), cancel],
      }
    case 'whichCategory':
      return {
        key: facts.suggested.length > 0 ? 'ask.categorySuggested' : 'ask.category',
        buttons: [
          ...facts.suggested.slice(0, 3).map((category) => [categoryButton(category)]),
          ...inPairs(categories.filter((category) => !facts.suggested.slice(0, 3).includes(category)).map(categoryButton)),
          cancel,
        ],
      }
    case 'whomItConcerns':
      return { key: 'ask.concerns', buttons: [...concerns.map((concern) => [button(`concerns.${concern}`, `concerns:${concern}`)]), cancel] }
    case 'whoOfTheTeam':
      return {
        key: 'ask.whoOfTheTeam',
        buttons: [
          ...inPairs(facts.team.map(({ id, name }) => ({ label: { plain: name }, data: `named:${id}` }))),
          [button('button.nameNobody', 'named:nobody')],
          cancel,
        ],
      }
    case 'confirm':
      return {
        key: fileCount(state.draft) > 0 ? 'ask.confirmWithFiles' : 'ask.confirm',
        params: summary(state.draft),
        buttons: [
          [button('button.send', 'send')],
          [button('button.sendAnonymously', 'send:anonymously')],
          [button('button.changePlace', 'changePlace'), button('button.changeCategory', 'changeCategory')],
          cancel,
        ],
      }
    case 'addOrNew':
      return {
        key: 'ask.addOrNew',
        buttons: [
          ...facts.tickets.slice(0, 5).map((ticket) => [
            {
              label: { key: 'button.add' as const, params: { code: { code: ticket.code }, category: { key: `category.${ticket.category}` as const } } },
              data: `add:${ticket.code}`,
            },
          ]),
          [button('button.newReport', 'new')],
          cancel,
        ],
      }
    case 'alike':
      return {
        key: 'ask.alike',
        params: { category: { key: `category.${state.alike.category}` }, place: { names: state.alike.place.names }, at: { at: state.alike.openedAt } },
        buttons: [[button('button.meToo', `same:${state.alike.code}`)], [button('button.different', 'different')], cancel],
      }
    case 'ratingWord':
      return { key: 'ask.ratingWord', buttons: [[button('button.noWord', 'noWord')]] }
    case 'whyNot':
      return { key: 'ask.whyNot', params: { code: { code: state.code } }, buttons: [[button('button.reopen', `reopen:${state.code}`)]] }
    default:
      return unreachable(state)
  }
}

/** Where each ticket of this chat stands, with what the resident can do about it. */
export function showStatus(tickets: readonly TicketFact[], following: readonly TicketFact[]): readonly Effect[] {
  if (tickets.length + following.length === 0) return [say('status.none')]
  return [...tickets.slice(0, 5).map(showOwn), ...following.slice(0, 5).map(showFollowed)]
}

function showOwn(ticket: TicketFact): Effect {
  const params = statusParams(ticket)
  if (ticket.status === 'resolved') return { do: 'say', saying: { key: 'status.resolvedTicket', params, buttons: helpedButtons(ticket.code) } }
  const key = ticket.asked ? 'status.ticketWaitsForYou' : 'status.ticket'
  return { do: 'say', saying: { key, params, buttons: [[{ label: { key: 'button.withdraw' }, data: `withdraw:${ticket.code}` }]] } }
}

function showFollowed(ticket: TicketFact): Effect {
  const buttons = [[{ label: { key: 'button.notMine' as const }, data: `unfollow:${ticket.code}` }]]
  return { do: 'say', saying: { key: 'status.followed', params: statusParams(ticket), buttons } }
}

function statusParams(ticket: TicketFact): Params {
  return {
    code: { code: ticket.code },
    category: { key: `category.${ticket.category}` },
    place: { names: ticket.place.names },
    status: { key: `status.${ticket.status}` },
    dueAt: { at: ticket.dueAt },
  }
}

/** Which of several tickets is to be taken away from whoever has it. */
export function askWhichIsUnsafe(takeable: Facts['takeable']): Saying {
  const label = (code: string, category: Category) => ({
    key: 'button.unsafe' as const,
    params: { code: { code }, category: { key: `category.${category}` as const } },
  })
  return { key: 'unsafe.which', buttons: [...takeable.map(({ code, category }) => [{ label: label(code, category), data: `unsafe:${code}` }]), cancel] }
}

/** Asked once a ticket is resolved: did it help? */
export function helpedButtons(code: string): readonly (readonly Button[])[] {
  return [[button('button.helped', `yes:${code}`)], [button('button.notHelped', `no:${code}`)]]
}

/** Asked once a ticket is closed, and never again: content, or not? */
export function ratingButtons(code: string): readonly (readonly Button[])[] {
  return [[button('button.satisfied', `rate:${code}:yes`), button('button.notSatisfied', `rate:${code}:no`)]]
}

/** An effect that says one sentence. */
export function say(key: MessageKey, params?: Params): Effect {
  return { do: 'say', saying: params === undefined ? { key } : { key, params } }
}

function button(key: MessageKey, data: string): Button {
  return { label: { key }, data }
}

const cancel: readonly Button[] = [button('button.cancel', 'command:cancel')]

function placeButton(place: PlaceFact): Button {
  return { label: { names: place.names }, data: `place:${place.code}` }
}

function categoryButton(category: (typeof categories)[number]): Button {
  return { label: { key: `category.${category}`, emblem: emblems[category] }, data: `category:${category}` }
}

function summary(draft: Draft): Params {
  const words = draft.items
    .map((item) => item.text.trim())
    .filter((text) => text !== '')
    .join('\n')
  return {
    text: words === '' ? { key: 'confirm.noWords' } : { text: words.length > 1500 ? `${words.slice(0, 1500)}…` : words },
    files: { key: 'confirm.files', params: { count: { count: fileCount(draft) } } },
    place: { names: draft.place?.names ?? {} },
    category: { key: draft.category === undefined ? 'category.other' : `category.${draft.category}` },
  }
}

function fileCount(draft: Draft): number {
  return draft.items.reduce((sum, item) => sum + item.files.length, 0)
}

/** Every written form, by its own name. */
export const languageButtons = inPairs(residentLanguages.map((language) => ({ label: { plain: languageNames[language] }, data: `language:${language}` })))

function inPairs(buttons: readonly Button[]): readonly (readonly Button[])[] {
  return buttons.flatMap((_, index) => (index % 2 === 0 ? [buttons.slice(index, index + 2)] : []))
}
