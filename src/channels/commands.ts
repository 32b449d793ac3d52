/** The commands that a chat app's menu offers to residents, by their names in the catalogues. */
const menuCommands = [
  'new',
  'status',
  'who',
  'unsafe',
  'language',
  'listen',
  'privacy',
  'mydata',
  'forget',
  'help',
  'cancel',
] as const

export type MenuCommand = (typeof menuCommands)[number]

/** The commands that are offered where texts can be said aloud, or can't. */
export function commandsOffered(canSpeak: boolean): readonly MenuCommand[] {
  return menuCommands.filter((command) => canSpeak || command !== 'listen')
}
