import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { foldFigures } from '../figures/counting.store.ts'
import { makeOffice } from '../organisation/office.store.ts'
import type { Office } from '../organisation/office.ts'
import { hasNoOrganisation, loadOrganisation } from '../organisation/organisation.store.ts'
import { may } from '../organisation/role.ts'
import { issueToken } from '../organisation/staff.store.ts'
import { workingTimeBetween } from '../organisation/working-time.ts'
import { day, type Instant } from '../platform/instant.ts'
import type { Db, Transaction } from '../platform/postgres/database.ts'
import { query } from '../platform/postgres/query.ts'
import { placeIn } from '../platform/sealing/sealed-text.ts'
import { keyOfWriter } from '../platform/sealing/words.ts'
import { replay, type View } from '../tickets/history.ts'
import { newTicketCode } from '../tickets/tickets.store.ts'
import { type MadeUpTicket, makeDemoTickets } from './demo-tickets.ts'
import { demoSize, makeOrganisation } from './organisation.ts'

const seed = 1

/**
 * Loads the demonstration into an empty embedded database: an organisation, and the last four weeks
 * of its tickets. Says whether the database holds it.
 */
export async function loadDemo(
  db: Db,
  {
    timeZone,
    now,
    dataDir,
  }: { readonly timeZone: string; readonly now: Instant; readonly dataDir: string },
): Promise<boolean> {
  const organisation = makeOrganisation(demoSize, seed, true)
  if ((await hasNoOrganisation(db)) && !existsSync(clearedNote(dataDir))) {
    await loadOrganisation(db, organisation)
    const office = makeOffice(timeZone, new Date(now - 60 * day))
    await db.transaction((tx) =>
      keepTickets(tx, makeDemoTickets(organisation, office, now, seed), office),
    )
    await foldFigures(db, timeZone)
  }
  return (await db.prisma.member.count({ where: { id: organisation.members[0]?.id ?? '' } })) === 1
}

/** Whether every member and every place of the database is the demonstration's. */
export async function holdsOnlyDemo(db: Db): Promise<boolean> {
  const { members, places } = makeOrganisation(demoSize, seed, true)
  const [ofDemo, all, placesOfDemo, allPlaces] = await Promise.all([
    db.prisma.member.count({ where: { id: { in: members.map(({ id }) => id) } } }),
    db.prisma.member.count(),
    db.prisma.place.count({ where: { code: { in: places.map(({ code }) => code) } } }),
    db.prisma.place.count(),
  ])
  return ofDemo > 0 && ofDemo === all && placesOfDemo === allPlaces
}

/** Where it is noted that the demonstration was cleared, so that it does not come again. */
const clearedNote = (dataDir: string) => join(dataDir, 'demo-cleared')

/** Notes that the demonstration was cleared. */
export async function noteCleared(dataDir: string): Promise<void> {
  await writeFile(clearedNote(dataDir), '')
}

/** Writes made-up tickets as they would have come to be; nobody is told of anything. */
async function keepTickets(
  tx: Transaction,
  made: readonly MadeUpTicket[],
  office: Office,
): Promise<void> {
  const rows = []
  const events = []
  const messages = []
  for (const ticket of made) {
    const view = replay(ticket.events)
    const id = randomUUID()
    const wordKeyId = await tx.words.newKeyId()
    const took = (until: Instant | undefined) =>
      until === undefined
        ? null
        : Math.round(workingTimeBetween(view.openedAt, until, office.calendar) / 1000)
    rows.push({
      id,
      code: newTicketCode(),
      status: view.status,
      category: ticket.category,
      priority: view.priority,
      placeCode: ticket.placeCode,
      teamId: ticket.teamId,
      assigneeId: view.assigneeId ?? null,
      assignment: view.assignedAt === undefined ? null : JSON.stringify(ticket.assignment),
      language: ticket.language,
      concernedIds: [],
      ...momentsOf(view),
      openedAt: new Date(view.openedAt),
      clockFrom: new Date(view.clockFrom),
      firstResponseDueAt: new Date(view.firstResponseDueAt ?? view.openedAt),
      resolutionDueAt: new Date(view.resolutionDueAt ?? view.openedAt),
      reopenedCount: view.reopenedCount,
      closedBy: view.closedBy ?? null,
      satisfied: view.satisfied ?? null,
      firstResponseWorkSeconds: took(view.firstResponseAt),
      resolutionWorkSeconds: took(view.resolvedAt),
      timersFired: [],
      wordKeyId,
    })
    for (const [index, { type, at, by, memberId, data }] of ticket.events.entries())
      events.push({
        ticketId: id,
        seq: index + 1,
        type,
        at: new Date(at),
        by,
        memberId: memberId ?? null,
        data: JSON.stringify(data),
      })
    for (const { by, kind, text, at } of ticket.messages) {
      const sealedAs = randomUUID()
      const key = keyOfWriter(by, { id, wordKeyId }, undefined)
      messages.push({
        ticketId: id,
        by,
        kind,
        text: await tx.words.seal(key, text, placeIn('TicketMessage', 'text', sealedAs)),
        at: new Date(at),
        sealedAs,
      })
    }
  }
  for (const part of inParts(rows)) tx.write(query.insertInto('Ticket').values(part))
  for (const part of inParts(events)) tx.write(query.insertInto('TicketEvent').values(part))
  for (const part of inParts(messages)) tx.write(query.insertInto('TicketMessage').values(part))
}

function momentsOf(view: View) {
  const at = (moment: Instant | undefined) => (moment === undefined ? null : new Date(moment))
  return {
    assignedAt: at(view.assignedAt),
    acceptedAt: at(view.acceptedAt),
    firstResponseAt: at(view.firstResponseAt),
    resolvedAt: at(view.resolvedAt),
    closedAt: at(view.closedAt),
    questionAt: at(view.questionAt),
    offerDueAt: at(view.offerDueAt),
  }
}

/** A statement has at most 65,535 parameters. */
const rowsAtOnce = 1_000

function inParts<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / rowsAtOnce) }, (_, nth) =>
    list.slice(nth * rowsAtOnce, (nth + 1) * rowsAtOnce),
  )
}

/**
 * Fresh sign-in links' tokens for the demonstration, good for a day, and the village that its
 * member answers for.
 */
export async function demoEntrances(
  db: Db,
  at: Date,
): Promise<{
  readonly village: string
  readonly memberToken: string
  readonly supervisorToken: string
  readonly administratorToken: string
}> {
  const { members, places } = makeOrganisation(demoSize, seed, true)
  const member = members[0]
  const village = places.find(({ teamId }) => teamId === member?.teamId)
  const supervisor = members.find(
    ({ role, areaCode }) =>
      may({ role }, 'superviseArea') &&
      areaCode !== null &&
      village?.code.startsWith(areaCode) === true &&
      areaCode.length > 2,
  )
  const administrator = members.find((each) => may(each, 'administer'))
  return {
    village: village?.code ?? '',
    memberToken: await issueToken(db, member?.id ?? '', 'login', at, day),
    supervisorToken: await issueToken(db, supervisor?.id ?? '', 'login', at, day),
    administratorToken: await issueToken(db, administrator?.id ?? '', 'login', at, day),
  }
}
