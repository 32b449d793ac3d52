import { may, type Role } from './role.ts'

/** A signed-in member of staff, as far as deciding what they may see needs. */
export type Viewer = {
  readonly id: string
  readonly role: Role
  readonly teamId: string | null
  readonly areaCode: string | null
}

/** A ticket, as far as deciding who may see it needs. */
export type Seen = {
  readonly assigneeId: string | null
  readonly teamId: string | null
  readonly confidential: boolean
  /** Whom it is about, by name. */
  readonly concernedIds: readonly string[]
  /** Whether the viewer has opened it out of turn, and it is still open (protection P14). */
  readonly openedOutOfTurn: boolean
}

/**
 * Whether the viewer may open the text: who handles it, and the lead of its team; out of turn an
 * administrator; nobody else (protection P13).
 */
export function maySeeText(viewer: Viewer, ticket: Seen): boolean {
  if (ticket.concernedIds.includes(viewer.id)) return false
  if (ticket.openedOutOfTurn && may(viewer, 'administer')) return true
  if (ticket.assigneeId === viewer.id) return true
  return (
    !ticket.confidential &&
    may(viewer, 'leadTeam') &&
    viewer.teamId !== null &&
    viewer.teamId === ticket.teamId
  )
}
