/** What somebody may do here. */
export type Right =
  /** Is given tickets of their team, and answers them. */
  | 'takeTickets'
  /** Sees the texts and the list of their team, and gives tickets to its members by hand. */
  | 'leadTeam'
  /**
   * Answers what a team must not see, as the desk of their area, and hears of what is late there.
   */
  | 'superviseArea'
  /** Sees figures: of an area where they supervise one, else of their team. */
  | 'seeFigures'
  /** Keeps organisation, keys and queues, and may open a text out of turn. */
  | 'administer'

type Entry = {
  /** What a member of staff in this role must belong to. */
  readonly belongsTo: 'team' | 'area' | 'nothing'
  readonly may: readonly Right[]
}

/**
 * Who may do what. To add a role, add an entry here, its value to the schema's `Role` (a migration)
 * and its words to `locales/` (`who.…`).
 */
const table = {
  member: { belongsTo: 'team', may: ['takeTickets'] },
  lead: { belongsTo: 'team', may: ['takeTickets', 'leadTeam', 'seeFigures'] },
  supervisor: { belongsTo: 'area', may: ['superviseArea', 'seeFigures'] },
  administrator: { belongsTo: 'nothing', may: ['administer'] },
} as const satisfies Readonly<Record<string, Entry>>

export type Role = keyof typeof table
/** Every role. */
export const roles = Object.keys(table) as [Role, ...Role[]]

/** Whether somebody in a role may do something. */
export function may({ role }: { readonly role: Role }, right: Right): boolean {
  const entry: Entry = table[role]
  return entry.may.includes(right)
}

/** The roles in which somebody may do something. */
export function rolesThatMay(right: Right): readonly Role[] {
  return roles.filter((role) => may({ role }, right))
}

/** What a role must belong to. @throws {RangeError} for a text that is no role. */
export function belongingOf(role: string): Entry['belongsTo'] {
  const found = roles.find((each) => each === role)
  if (found === undefined) throw new RangeError(`${role} is no role`)
  return table[found].belongsTo
}
