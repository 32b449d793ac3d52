import type { Viewer } from './visibility.ts'

/** A member of staff, as their own pages and chats need them. */
export type Staff = Viewer & {
  readonly name: string
  readonly language: string
  readonly onDuty: boolean
}
