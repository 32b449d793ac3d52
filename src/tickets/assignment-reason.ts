import { categories } from '../categories/category.ts'
import type { Voice } from '../language/render.ts'
import { type WrittenLanguage, writtenLanguages } from '../language/written-language.ts'

type Fit = {
  readonly name: string
  readonly reads: number
  readonly hasSkill: boolean
  readonly openTickets: number
}
type Stored = {
  readonly level: string
  readonly language: WrittenLanguage
  readonly category: (typeof categories)[number]
  readonly chosen: Fit
  readonly next: (Fit & { readonly because: string }) | undefined
}

/**
 * Why somebody was given a ticket, in sentences that a lead can read: who was chosen and for what,
 * and what decided against the next.
 */
export function readReason(voice: Voice, stored: unknown): readonly string[] {
  const { say } = voice
  if (isRecord(stored) && stored['level'] === 'hand') return [say('why.hand')]
  const reason = toStored(stored)
  if (reason === undefined) return [say('why.unknown')]
  const { level, language, category, chosen, next } = reason
  const tongue = { language: { key: `tongue.${language}` as const } }
  const facts = [
    say('why.onDuty'),
    say(
      chosen.reads === 2 ? 'why.reads' : chosen.reads === 1 ? 'why.readsOther' : 'why.readsNot',
      tongue,
    ),
    ...(chosen.hasSkill ? [say('why.skill', { category: { key: `category.${category}` } })] : []),
    say('why.load', { count: { count: chosen.openTickets } }),
  ]
  return [
    ...(level === 'lead' || level === 'desk' || level === 'above'
      ? [say(`why.level.${level}`)]
      : []),
    say('why.given', { name: { text: chosen.name }, facts: { plain: voice.list(facts) } }),
    ...(next === undefined ? [] : [sayNext(voice, next)]),
  ]
}

function sayNext({ say }: Voice, next: Fit & { readonly because: string }): string {
  const name = { text: next.name }
  if (next.because === 'reads') return say('why.next.reads', { name })
  return next.because === 'skill'
    ? say('why.next.skill', { name })
    : say('why.next.load', { name, count: { count: next.openTickets } })
}

/** A reason that an earlier version stored is read as far as it goes: not at all. */
function toStored(stored: unknown): Stored | undefined {
  if (!isRecord(stored)) return undefined
  const language = writtenLanguages.find((each) => each === stored['language'])
  const category = categories.find((each) => each === stored['category'])
  const chosen = toFit(stored['chosen'])
  const next = toFit(stored['next'])
  if (language === undefined || category === undefined || chosen === undefined) return undefined
  const because = isRecord(stored['next']) ? String(stored['next']['because']) : ''
  return {
    level: String(stored['level']),
    language,
    category,
    chosen,
    next: next === undefined ? undefined : { ...next, because },
  }
}

function toFit(value: unknown): Fit | undefined {
  if (!isRecord(value) || typeof value['name'] !== 'string') return undefined
  return {
    name: value['name'],
    reads: Number(value['reads']),
    hasSkill: value['hasSkill'] === true,
    openTickets: Number(value['openTickets']),
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
