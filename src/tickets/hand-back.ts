import { workingDayMinutes } from '../organisation/deadline.ts'

/** Why a member hands a ticket back. */
export const handBackReasons = ['notMine', 'noMeans', 'leave'] as const
/**
 * A wrong address is handed back within two working days, the practice of China's 12345 lines; in
 * minutes.
 */
export const wrongAddressMinutes = 2 * workingDayMinutes

export type HandBackReason = (typeof handBackReasons)[number]

/**
 * Every way in which a member lets a ticket go: for a reason, or aside without one (a conflict of
 * interest).
 */
export const waysToLetGo = [...handBackReasons, 'conflict'] as const
