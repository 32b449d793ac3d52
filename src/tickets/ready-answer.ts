/**
 * Sentences that a member may send as they are, in the language of the resident. Questions first,
 * then what was done.
 */
export const readyAnswers = [
  'where',
  'photo',
  'whenHome',
  'fixed',
  'explained',
  'passedOn',
] as const
