import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

/** Every column there is, and what it is for. A new one fails here until somebody says why it must be. */
const columns: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Place: {
    code: 'names the place',
    kind: 'county, village …',
    parentCode: 'lies inside',
    ancestors: 'areas of supervisors',
    names: 'in each language',
    spellings: 'finding by typing',
    latitude: 'finding by a shared location',
    longitude: 'finding by a shared location',
    teamId: 'who serves it',
  },
  Team: { id: 'key', names: 'in each language', placeCode: 'its seat' },
  Member: {
    id: 'key',
    name: 'staff name',
    role: 'rights',
    teamId: 'team',
    areaCode: 'area of a supervisor',
    reads: 'assignment',
    skills: 'assignment',
    onDuty: 'assignment',
    language: 'language of the console',
    createdAt: 'order',
  },
  Conversation: {
    id: 'key',
    channel: 'telegram or webchat',
    handleHash: 'finding the chat again',
    handleSealed: 'sending',
    memberId: 'a staff chat',
    state: 'where the conversation stands',
    language: 'answering',
    languageChosen: 'answering',
    noticeSeenAt: 'consent',
    placeCode: 'not asking twice',
    unreachableAt: 'cannot be reached',
    deliveringUntil: 'order of messages',
    createdAt: 'retention',
  },
  Inbound: {
    id: 'order',
    channel: 'idempotence',
    externalId: 'idempotence',
    conversationId: 'order',
    payload: 'the message',
    receivedAt: 'retention',
    doneAt: 'work',
    setAsideAt: 'work',
    attempts: 'work',
  },
  Outbound: {
    id: 'order',
    conversationId: 'recipient',
    content: 'the message',
    shown: 'the web chat',
    status: 'work',
    attempts: 'work',
    notBefore: 'rate limits',
    createdAt: 'retention',
    sentAt: 'order',
  },
  Ticket: {
    id: 'key',
    code: 'what people call it',
    status: 'lifecycle',
    category: 'what it is about',
    placeCode: 'where',
    teamId: 'who serves',
    assigneeId: 'who handles',
    conversationId: 'answering',
    language: 'finding a reader',
    confidential: 'complaints',
    concerns: 'complaints',
    openedAt: 'deadlines',
    assignedAt: 'status',
    acceptedAt: 'status',
    firstResponseAt: 'deadlines',
    resolvedAt: 'status',
    closedAt: 'retention',
    firstResponseDueAt: 'deadlines',
    resolutionDueAt: 'deadlines',
    questionAt: 'a question is open',
    reopenedCount: 'assignment',
    assignment: 'why it was given',
    priority: 'danger speeds help',
    clockFrom: 'deadlines',
    offerDueAt: 'deadlines',
    handBacks: 'assignment',
    offersRanOut: 'assignment',
    timerAt: 'reminders and escalation',
    timersFired: 'each fires once',
    closedBy: 'figures: the resident or the timer',
    satisfied: 'the answer to one question',
    firstResponseWorkSeconds: 'figures',
    resolutionWorkSeconds: 'figures',
  },
  Follower: { ticketId: 'a joined ticket', conversationId: 'telling them', messageId: 'their own words', joinedAt: 'order' },
  Shift: { memberId: 'roster', weekday: 'roster', fromMinute: 'roster', untilMinute: 'roster' },
  Leave: { memberId: 'roster', firstDay: 'roster', lastDay: 'roster' },
  CalendarDay: { day: 'working hours', periods: 'working hours', note: 'what the day is' },
  DeadlineTarget: {
    category: 'target',
    priority: 'target',
    firstResponseMinutes: 'target',
    resolutionMinutes: 'target',
    byTheClock: 'target',
  },
  FigureDelta: {
    id: 'order',
    placeCode: 'whose answers are counted',
    teamId: 'whose answers are counted',
    category: 'what is counted',
    openedAt: 'the week',
    items: 'what is counted',
    sign: 'added or taken off',
  },
  Figure: { scope: 'a place or a team', category: 'what is counted', week: 'when', item: 'what is counted', count: 'how many' },
  FigureZone: { zone: 'in which weeks and hours are told' },
  TicketEvent: {
    ticketId: 'history',
    seq: 'order',
    type: 'what',
    at: 'when',
    by: 'in which role',
    memberId: 'which member of staff',
    data: 'reason of a hand-back',
  },
  TicketMessage: { id: 'order', ticketId: 'ticket', by: 'which side', kind: 'report, question …', text: 'the words', at: 'when' },
  Attachment: {
    id: 'key',
    kind: 'photo or voice',
    contentType: 'showing',
    bytes: 'limits',
    key: 'where the file is',
    createdAt: 'retention',
    messageId: 'ticket message',
  },
  Card: { conversationId: 'chat', ticketId: 'ticket', externalId: 'editing', shownHash: 'editing' },
  StaffToken: { hash: 'one-time link', purpose: 'invitation or sign-in', memberId: 'whose', createdAt: 'order', expiresAt: 'end', usedAt: 'once' },
  StaffSession: { hash: 'cookie', memberId: 'whose', createdAt: 'order', expiresAt: 'end', endedAt: 'end' },
}

it('P04 only what the answer needs is kept: every column has its purpose', async () => {
  const schema = await readFile('prisma/schema.prisma', 'utf8')
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)]
  const names = new Set(models.map(([, name]) => name))
  const found = Object.fromEntries(
    models.map(([, name, body = '']) => [
      name,
      [...body.matchAll(/^ {2}(\w+)\s+(\w+)/gm)]
        .filter(([, , type]) => !names.has(type))
        .map(([, column]) => column)
        .sort(),
    ]),
  )
  expect(found).toEqual(Object.fromEntries(Object.entries(columns).map(([name, each]) => [name, Object.keys(each).sort()])))
  expect(
    schema
      .split('\n')
      .filter((line) => !line.trim().startsWith('///'))
      .join('\n'),
  ).not.toMatch(/ethnic|religi|identityN|birth|household|opinion/i)
})
