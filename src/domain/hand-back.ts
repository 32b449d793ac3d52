/** Why a member hands a ticket back. */
export const handBackReasons = ['notMine', 'noMeans', 'leave'] as const
export type HandBackReason = (typeof handBackReasons)[number]
