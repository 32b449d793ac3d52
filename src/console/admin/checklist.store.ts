import { countSetAside } from '../../mailbox/unsent.store.ts'
import type { Db } from '../../platform/postgres/database.ts'
import { countWithoutChat } from '../invitations/invitations.store.ts'
import type { Facts } from './checklist.ts'

/** What the administrator's checklist tells, less what the program itself knows. */
export async function readChecklist(
  db: Db,
  now: Date,
): Promise<Omit<Facts, 'isDemo' | 'channels'>> {
  const { prisma } = db
  const [places, teams, members, withoutChat, deadlines, days, backup, setAside] =
    await Promise.all([
      prisma.place.count(),
      prisma.team.count(),
      prisma.member.count({ where: { leftAt: null } }),
      countWithoutChat(db, undefined),
      prisma.deadlineTarget.count(),
      prisma.calendarDay.count({ where: { day: { gte: now.toISOString().slice(0, 10) } } }),
      prisma.backupMade.findFirst({ orderBy: { at: 'desc' } }),
      countSetAside(db),
    ])
  return { places, teams, members, withoutChat, deadlines, days, lastBackup: backup?.at, setAside }
}
