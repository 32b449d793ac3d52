import { entryOf } from '../../categories/category.ts'
import { withBaseDirection } from '../../language/bidi.ts'
import type { MessageKey } from '../../language/catalogue.ts'
import type { Button, Saying, Voice } from '../../language/render.ts'
import type { Notice } from '../../mailbox/notice.ts'
import { unreachable } from '../../platform/unreachable.ts'
import { ratingButtons, receiptButtons } from '../resident/questions.ts'
import { helpedButtons } from '../resident/statuses.ts'
import type { CardFacts } from './card.ts'

/** Who has read a ticket, in the reader's language: a line for each role. */
export function whoText(
  { code, seen }: Extract<Notice, { notice: 'who' }>,
  { say }: Voice,
): string {
  if (seen.length === 0) return say('who.nobody', { code: { code } })
  const lines = seen.map(({ role, outOfTurn, times, lastAt }) =>
    say(outOfTurn ? 'who.outOfTurn' : 'who.line', {
      role: { key: `who.${role}` },
      count: { count: times },
      at: { at: lastAt },
    }),
  )
  return [say('who.ticket', { code: { code } }), ...lines].join('\n')
}

/** A notice that is one sentence. Cards and files are made from the ticket as it is now. */
export type Told = Exclude<
  Notice,
  {
    notice:
      | 'card'
      | 'file'
      | 'asWritten'
      | 'erasedWords'
      | 'why'
      | 'who'
      | 'signIn'
      | 'digest'
      | 'myData'
  }
>

/**
 * How a change is told, in no language yet. `isConverted`: what somebody wrote is shown in another
 * script, which is said, and the words as they were written are a press away.
 */
export function toSaying(
  notice: Told,
  { isConverted = false }: { readonly isConverted?: boolean } = {},
): Saying {
  const saying = sayingOf(notice)
  if (!isConverted || !('code' in notice)) return saying
  return {
    ...saying,
    leads: [...(saying.leads ?? []), { key: 'converted' }],
    buttons: [...(saying.buttons ?? []), [button('button.original', `original:${notice.code}`)]],
  }
}

function sayingOf(notice: Told): Saying {
  switch (notice.notice) {
    case 'received':
      return {
        key: notice.confidential ? 'notice.receivedConfidential' : 'notice.received',
        params: {
          code: { code: notice.code },
          plainCode: { plain: notice.code },
          firstResponseDueAt: { at: notice.firstResponseDueAt },
          resolutionDueAt: { at: notice.resolutionDueAt },
        },
        buttons: receiptButtons(notice.code),
      }
    case 'brokenGlass':
      return {
        key: 'notice.brokenGlass',
        params: {
          code: { code: notice.code },
          name: { text: notice.name },
          text: { text: notice.text },
        },
      }
    case 'question':
    case 'told':
    case 'correctedByTeam':
      return {
        key: `notice.${ofComplaint(notice)}`,
        params: { code: { code: notice.code }, text: { text: notice.text } },
      }
    case 'resolved':
      return {
        key: `notice.${ofComplaint(notice)}`,
        params: { code: { code: notice.code }, text: { text: notice.text } },
        buttons: helpedButtons(notice.code),
      }
    case 'resolvedToo':
      return {
        key: 'notice.resolvedToo',
        params: { code: { code: notice.code }, text: { text: notice.text } },
        buttons: [[button('button.notHelped', `no:${notice.code}`)]],
      }
    case 'accepted':
    case 'answered':
    case 'reopened':
    case 'appeal':
    case 'overdue':
    case 'firstResponseMissed':
    case 'reminder':
      return {
        key: `notice.${ofComplaint(notice)}`,
        params: { code: { code: notice.code }, dueAt: { at: notice.dueAt } },
      }
    case 'closed':
    case 'closedByTime':
      return {
        key: `notice.${notice.notice}`,
        params: { code: { code: notice.code } },
        buttons: ratingButtons(notice.code),
      }
    case 'askAgain':
      return {
        key: 'notice.askAgain',
        params: { code: { code: notice.code } },
        buttons: helpedButtons(notice.code),
      }
    case 'numberHidden':
      return {
        key: 'notice.numberHidden',
        params: { code: { code: notice.code } },
        buttons: [[button('button.reveal', `reveal:${notice.code}`)]],
      }
    case 'reopenedAbove':
      return {
        key: 'notice.reopenedAbove',
        params: { code: { code: notice.code }, dueAt: { at: notice.dueAt } },
        buttons: [[button('button.appeal', `appeal:${notice.code}`)]],
      }
    case 'keepOrHandOn':
      return {
        key: 'notice.keepOrHandOn',
        params: { code: { code: notice.code } },
        buttons: [
          [button('button.keepTicket', `kept:${notice.code}`)],
          [button('button.handOn', `handBack:${notice.code}:leave`)],
        ],
      }
    case 'handedOn':
    case 'numberShown':
    case 'anonymous':
    case 'madeSafe':
    case 'added':
    case 'closedToo':
    case 'reopenedToo':
    case 'withdrawn':
    case 'escalated':
    case 'followed':
    case 'unfollowed':
    case 'overdueForAssignee':
    case 'overdueForLead':
    case 'leadIsCalled':
    case 'overdueForSupervisor':
    case 'nobodyFits':
    case 'calmed':
    case 'corrected':
    case 'objected':
    case 'reopenedByOthers':
      return { key: `notice.${ofComplaint(notice)}`, params: { code: { code: notice.code } } }
    case 'refused':
      return { key: `refused.${notice.reason}`, params: { code: { code: notice.code } } }
    case 'news':
      return {
        key: `news.${notice.what}`,
        params: { code: { code: notice.code }, text: { text: notice.text } },
      }
    case 'joined':
      return { key: 'member.joined', params: { name: { text: notice.name } } }
    case 'webhookOff':
    case 'joinRefused':
    case 'noneOpen':
      return { key: `member.${notice.notice}` }
    case 'onLeave':
      return { key: 'member.leave', params: { count: { count: notice.days } } }
    case 'asked':
    case 'toldResident':
    case 'correctionSent':
    case 'handedBack':
    case 'steppedAside':
      return { key: `member.${notice.notice}`, params: { code: { code: notice.code } } }
    case 'duty':
      return { key: notice.onDuty ? 'duty.isOn' : 'duty.isOff' }
    case 'forgotten':
    case 'untied':
      return { key: `notice.${notice.notice}` }
    case 'trouble':
      return { key: 'trouble' }
    case 'tooMany':
    case 'busy':
      return { key: `notice.${notice.notice}`, params: { time: { at: notice.until } } }
    default:
      return unreachable(notice)
  }
}

/**
 * Notices that speak of the team, and what a resident who complains about staff reads in their
 * place.
 */
const aboutTheTeam = [
  'accepted',
  'resolved',
  'told',
  'correctedByTeam',
  'handedOn',
  'overdue',
  'firstResponseMissed',
] as const
type AboutTheTeam = (typeof aboutTheTeam)[number]

/** A notice's name, or that of its twin for complaints. */
function ofComplaint<Name extends string>({
  notice,
  confidential,
}: {
  readonly notice: Name
  readonly confidential?: boolean
}) {
  type Twin = `${Extract<Name, AboutTheTeam>}Above`
  return (
    confidential === true && (aboutTheTeam as readonly string[]).includes(notice)
      ? `${notice}Above`
      : notice
  ) as Name | Twin
}

/**
 * A ticket's card for its assignee, with the buttons that its status allows. It is one message of
 * at most so many characters: of a long conversation it shows the end, and the console has the
 * rest.
 */
export function cardText(
  card: CardFacts,
  voice: Voice,
  mostCharacters: number,
): { readonly text: string; readonly buttons: readonly (readonly Button[])[] } {
  const lines = card.messages.map(({ by, text, files }) =>
    [
      text === ''
        ? ''
        : voice.say(by === 'resident' ? 'card.resident' : 'card.member', { text: { text } }),
      files === 0 ? '' : voice.say('card.files', { count: { count: files } }),
    ]
      .filter((line) => line !== '')
      .join('\n'),
  )
  const messages = lines.join('\n')
  const text = voice.say('card.text', {
    emblem: { text: entryOf(card.category).emblem },
    category: { key: `category.${card.category}` },
    place: { names: card.placeNames },
    code: { code: card.code },
    status: { key: `status.${card.status}` },
    dueAt: { at: card.dueAt },
  })
  const notes = [
    ...(card.isUrgent ? [voice.say('card.urgent')] : []),
    ...(card.reportedBy > 1
      ? [voice.say('card.reportedBy', { count: { count: card.reportedBy } })]
      : []),
    ...(card.isConverted === true ? [voice.say('converted')] : []),
  ]
  const around = (shown: string) =>
    withBaseDirection(
      [
        text,
        ...notes,
        '',
        shown,
        ...(card.residentUnreachable ? ['', voice.say('card.unreachable')] : []),
      ].join('\n'),
      voice.language,
    )
  const room = Math.max(0, mostCharacters - around('…').length)
  const shown = messages.length > room ? `…${messages.slice(messages.length - room)}` : messages
  return { text: around(shown), buttons: [...cardButtons(card), ...originalButton(card)] }
}

function originalButton({ code, isConverted }: CardFacts): readonly (readonly Button[])[] {
  return isConverted === true ? [[button('button.original', `original:${code}`)]] : []
}

function cardButtons({ code, status }: CardFacts): readonly (readonly Button[])[] {
  const others = [
    button('button.handBack', `handBack:${code}`),
    button('button.why', `why:${code}`),
  ]
  if (status === 'assigned') return [[button('button.accept', `accept:${code}`)], others]
  if (status === 'accepted')
    return [
      [button('button.tell', `tell:${code}`), button('button.ask', `ask:${code}`)],
      [button('button.resolve', `resolve:${code}`)],
      others,
    ]
  return []
}

function button(key: MessageKey, data: string): Button {
  return { label: { key }, data }
}
