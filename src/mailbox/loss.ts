/** What could not be taken of a message, and why: a kind that no report can hold, or a file. */
export const losses = [
  'kind',
  'tooLarge',
  'damaged',
  'notAPhoto',
  'notAVoice',
  'gone',
  'trouble',
  'full',
] as const
export type Loss = (typeof losses)[number]
