import type { Role } from './role.ts'

/**
 * The organisation that answers: places, the teams that serve them, and their members. Public facts
 * and staff, no residents.
 */
export type Organisation = {
  readonly places: readonly {
    readonly code: string
    readonly kind: 'prefecture' | 'county' | 'township' | 'village' | 'community' | 'park'
    readonly parentCode: string | null
    readonly names: Readonly<Record<string, string>>
    readonly latitude?: number
    readonly longitude?: number
    readonly teamId: string | null
  }[]
  readonly teams: readonly {
    readonly id: string
    readonly code: string
    readonly placeCode: string
    readonly names: Readonly<Record<string, string>>
  }[]
  readonly members: readonly {
    readonly id: string
    readonly code: string
    readonly name: string
    readonly role: Role
    readonly teamId: string | null
    readonly areaCode: string | null
    readonly reads: readonly string[]
    readonly skills: readonly string[]
    readonly onDuty: boolean
    readonly language: string
  }[]
}
