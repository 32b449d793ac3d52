import type { Category } from '../../categories/category.ts'
import type { Status } from '../../tickets/lifecycle.ts'

/**
 * A ticket as GeoReport v2 shows it: where, what about, how it stands; no text, no picture, nobody.
 */
export type GeoReportRequest = {
  readonly code: string
  readonly status: Status
  readonly category: Category
  readonly confidential: boolean
  readonly placeCode: string
  readonly placeNames: Readonly<Record<string, string>>
  readonly teamNames: Readonly<Record<string, string>> | null
  readonly latitude: number | null
  readonly longitude: number | null
  readonly openedAt: Date
  readonly updatedAt: Date
  readonly resolutionDueAt: Date
}
