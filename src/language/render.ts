import type { i18n } from 'i18next'
import type { Instant } from '../platform/instant.ts'
import { isolate, withBaseDirection } from './bidi.ts'
import { type CatalogueLanguage, inScriptOf, type MessageKey, sourceOf } from './catalogue.ts'

/** What stands in a message's gap: data that each reader's language writes in its own way. */
type Param =
  | { readonly text: string }
  /** Our own words, made of sentences of the catalogue. */
  | { readonly plain: string }
  | { readonly code: string }
  | { readonly count: number }
  | { readonly at: Instant }
  | { readonly names: Readonly<Record<string, string>> }
  | { readonly key: MessageKey; readonly params?: Params }

export type Params = Readonly<Record<string, Param>>

/** A button: what it says, what pressing it sends, and how it looks beside others. */
export type Button = {
  readonly label: Label
  readonly data: string
  readonly tone?: 'filled' | 'quiet' | 'danger'
}
type Label =
  | { readonly key: MessageKey; readonly params?: Params; readonly emblem?: string }
  | { readonly names: Readonly<Record<string, string>> }
  | { readonly plain: string }

/**
 * Something to say, in no language yet. `leads` stand before it in the same message. `asks`: its
 * buttons go once it is answered.
 */
export type Saying = {
  readonly key: MessageKey
  readonly params?: Params
  readonly buttons?: readonly (readonly Button[])[]
  readonly leads?: readonly { readonly key: MessageKey; readonly params?: Params }[]
  readonly asks?: boolean
}

/** A message ready for a channel. */
type Rendered = {
  readonly text: string
  readonly buttons: readonly (readonly {
    readonly label: string
    readonly data: string
    readonly tone?: NonNullable<Button['tone']>
  }[])[]
}

/** Says things in one language: the sentences of its catalogue, dates by `Intl` in `timeZone`. */
export type Voice = {
  readonly language: CatalogueLanguage
  readonly say: (key: MessageKey, params?: Params) => string
  readonly render: (saying: Saying) => Rendered
  readonly moment: (at: Instant) => string
  /** A length of time in milliseconds, in the one unit that tells it best. */
  readonly duration: (ms: number) => string
  /** A length of working time in milliseconds, in hours: a day of work has fewer than 24. */
  readonly workingTime: (ms: number) => string
  /** A day such as `2026-11-23`, without its weekday. */
  readonly day: (day: string) => string
  /** The short names of the days, Monday first. */
  readonly weekdays: () => readonly string[]
  readonly name: (names: Readonly<Record<string, string>>) => string
  /** Several things one after another, as the language lists them. */
  readonly list: (parts: readonly string[]) => string
}

/** Opens what says sentences in one language, with times in the office's zone. */
export function createVoice(
  translations: i18n,
  language: CatalogueLanguage,
  timeZone: string,
): Voice {
  const translate = translations.getFixedT(language)
  // As the catalogue, dates are made in the language's own source and then written in its script,
  // all with European digits.
  const source = sourceOf(language)
  const format = new Intl.DateTimeFormat(`${source}-u-nu-latn-ca-gregory`, {
    timeZone,
    month: 'long',
    day: 'numeric',
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  })
  const moment = (at: Instant) => inScriptOf(language, format.format(at))
  const workingTime = (ms: number) => {
    const [unit, length] =
      ms < 90 * 60_000 ? (['minute', 60_000] as const) : (['hour', 3_600_000] as const)
    const number = new Intl.NumberFormat(`${source}-u-nu-latn`, {
      style: 'unit',
      unit,
      unitDisplay: 'long',
      maximumFractionDigits: 0,
    })
    return inScriptOf(language, number.format(ms / length))
  }
  const dayFormat = new Intl.DateTimeFormat(`${source}-u-nu-latn-ca-gregory`, {
    timeZone: 'UTC',
    month: 'long',
    day: 'numeric',
    year: 'numeric',
  })
  const day = (of: string) => inScriptOf(language, dayFormat.format(Date.parse(`${of}T00:00:00Z`)))
  const weekdayFormat = new Intl.DateTimeFormat(source, { timeZone: 'UTC', weekday: 'short' })
  // 1 January 2024 was a Monday.
  const weekdays = () =>
    [1, 2, 3, 4, 5, 6, 7].map((each) =>
      inScriptOf(language, weekdayFormat.format(Date.UTC(2024, 0, each))),
    )
  const duration = (ms: number) => {
    const [unit, length] =
      ms < 90 * 60_000
        ? (['minute', 60_000] as const)
        : ms < 36 * 3_600_000
          ? (['hour', 3_600_000] as const)
          : (['day', 86_400_000] as const)
    const number = new Intl.NumberFormat(`${source}-u-nu-latn`, {
      style: 'unit',
      unit,
      unitDisplay: 'long',
      maximumFractionDigits: unit === 'minute' ? 0 : 1,
    })
    return inScriptOf(language, number.format(ms / length))
  }
  const name = (names: Readonly<Record<string, string>>) =>
    names[language] ??
    inOtherScript(names, language) ??
    names['zh-Hans'] ??
    Object.values(names)[0] ??
    ''
  const value = (param: Param): string | number => {
    if ('text' in param) return isolate(param.text)
    if ('plain' in param) return param.plain
    if ('code' in param) return isolate(param.code)
    if ('count' in param) return param.count
    if ('at' in param) return isolate(moment(param.at))
    if ('names' in param) return isolate(name(param.names))
    return say(param.key, param.params)
  }
  const say = (key: MessageKey, params: Params = {}): string =>
    translate(
      key,
      Object.fromEntries(Object.entries(params).map(([gap, param]) => [gap, value(param)])),
    )
  const label = (of: Label): string => {
    if ('plain' in of) return of.plain
    if ('names' in of) return name(of.names)
    return (of.emblem === undefined ? '' : `${of.emblem} `) + say(of.key, of.params)
  }
  const render = ({ key, params, buttons = [], leads = [] }: Saying): Rendered => ({
    text: withBaseDirection(
      [...leads.map((lead) => say(lead.key, lead.params)), say(key, params)].join('\n\n'),
      language,
    ),
    buttons: buttons.map((row) =>
      row.map((button) => ({
        label: label(button.label),
        data: button.data,
        ...(button.tone === undefined ? {} : { tone: button.tone }),
      })),
    ),
  })
  // Not Intl.ListFormat: it has no Uyghur, and puts an English "and" there.
  const list = (parts: readonly string[]) =>
    parts.join(source === 'zh-Hans' ? '，' : language.endsWith('Arab') ? '، ' : ', ')
  return { language, say, render, moment, duration, workingTime, day, weekdays, name, list }
}

/** A name that has no form of its own in this script follows from its language's source. */
function inOtherScript(
  names: Readonly<Record<string, string>>,
  language: CatalogueLanguage,
): string | undefined {
  const name = names[sourceOf(language)]
  return name === undefined
    ? undefined
    : inScriptOf(language, name).replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())
}
