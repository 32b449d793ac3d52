import { day } from '../../platform/instant.ts'

/** What stands for a service that can be used, as it is now. */
export type Facts = {
  readonly isDemo: boolean
  readonly places: number
  readonly teams: number
  readonly members: number
  readonly withoutChat: number
  /** Deadlines that were set; the rest are the usual ones. */
  readonly deadlines: number
  /** Days of the calendar that were set from today on. */
  readonly days: number
  /** How many chats residents and members can come by. */
  readonly channels: number
  readonly lastBackup: Date | undefined
  readonly setAside: number
}

/** What is looked at, in the order in which one begins. */
export const items = [
  'organisation',
  'people',
  'deadlines',
  'calendar',
  'channels',
  'backup',
  'messages',
] as const
export type Item = (typeof items)[number]

/** How old the newest backup may be. */
const freshMs = 2 * day

/**
 * Whether an item needs nobody now. Deadlines and the calendar have usual values, so they are only
 * told of.
 */
export function isDone(item: Item, facts: Facts, now: number): boolean {
  switch (item) {
    case 'organisation':
      return !facts.isDemo && facts.teams > 0 && facts.members > 0
    case 'people':
      return facts.members > 0 && facts.withoutChat === 0
    case 'deadlines':
    case 'calendar':
      return true
    case 'channels':
      return facts.channels > 0
    case 'backup':
      return facts.lastBackup !== undefined && now - facts.lastBackup.getTime() < freshMs
    case 'messages':
      return facts.setAside === 0
  }
}
