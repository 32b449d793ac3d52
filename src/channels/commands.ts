/** The commands that a chat app's menu offers to residents, by their names in the catalogues. */
export const menuCommands = [
  'new',
  'status',
  'who',
  'unsafe',
  'language',
  'privacy',
  'mydata',
  'forget',
  'help',
  'cancel',
] as const
