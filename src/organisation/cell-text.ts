import type { CellKind } from './columns.ts'
import { workingDayMinutes } from './deadline.ts'
import { weekdays } from './working-calendar.ts'

/** What is not seen and comes along with what is copied: joiners stay, as letters need them. */
const invisible = /[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g

/**
 * A cell as its table keeps it: what offices' programs and keyboards write for the same thing
 * becomes one. What can't be read is left as it is, for the check to name.
 *
 * - Everywhere: marks that are not seen go, and spaces are ordinary ones.
 * - Everywhere but in names and notes: full-width letters and digits become ordinary ones.
 * - Lists: any of `，、；,;` between their parts.
 * - Degrees: a comma for the point. Times: `9:30`, `9：30:00`, or the part of a day that Excel keeps.
 *   Days: `2026/10/1`, `2026年10月1日`, `01.10.2026`. Periods: any dash.
 * - `yes`: also `TRUE`, `1`, 是, да, иә and ھەئە.
 */
export function evenCell(holds: CellKind, raw: string): string {
  const seen = raw.replaceAll(invisible, '').replaceAll(/\s+/gu, ' ').trim()
  if (holds === 'name' || holds === 'maybeName') return seen
  const value = seen.normalize('NFKC').replaceAll(/\s+/gu, ' ').trim()
  return evenly[holds]?.(value) ?? value
}

const evenly: Partial<Readonly<Record<CellKind, (value: string) => string>>> = {
  languages: evenList,
  categories: evenList,
  degrees: (value) => evenedDegrees(value.replace(/^(-?\d{1,3}),(\d+)$/, '$1.$2')),
  yesOrEmpty: (value) => {
    if (/^(?:yes|y|true|1|是|да|иә|ия|ھەئە|ءيا|иստина)$/iu.test(value)) return 'yes'
    return /^(?:no|n|false|0|否|нет|жоқ|ياق|جوق)$/iu.test(value) ? '' : value
  },
  role: lower,
  placeKind: lower,
  category: lower,
  priority: lower,
  counts: lower,
  weekday: evenWeekday,
  time: evenTime,
  length: (value) => shortest(value.toLowerCase().replaceAll(' ', '')),
  day: (value) => evenDay(evenWeekday(value)),
  periods: (value) =>
    value
      .replaceAll(/\s*[-\u2010-\u2015\u2212~〜]\s*/gu, '-')
      .split(/[\s,;、]+/u)
      .filter((period) => period !== '')
      .map((period) => period.split('-').map(evenTime).join('-'))
      .sort()
      .join(' '),
}

function lower(value: string): string {
  return value.toLowerCase()
}

function evenList(value: string): string {
  return [...new Set(value.split(/[\s,;、|]+/u).filter((part) => part !== ''))].sort().join(' ')
}

/** `Monday`, `Mon`, 周一 and 星期一 are `monday`. */
function evenWeekday(value: string): string {
  const [, han = ''] = /^(?:周|星期|礼拜|週|禮拜)([一二三四五六日天])$/u.exec(value) ?? []
  const at = han === '天' ? 6 : '一二三四五六日'.indexOf(han)
  if (han !== '' && at !== -1) return weekdays[at] ?? value
  const small = value.toLowerCase()
  return weekdays.find((day) => day === small || day.slice(0, 3) === small) ?? value
}

/** A time of day as `09:30`. A number below one is the part of a day that has gone. */
function evenTime(value: string): string {
  if (/^(?:0?\.\d+|0|1)$/.test(value)) {
    const minutes = Math.round(Number(value) * 24 * 60)
    return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
  }
  const [, hours, minutes] = /^(\d{1,2})[:.](\d{2})(?::00(?:\.0+)?)?$/.exec(value) ?? []
  return hours === undefined || minutes === undefined ? value : `${pad(Number(hours))}:${minutes}`
}

/** A day as `2026-10-01`; two numbers that may be either day or month are left as they are. */
function evenDay(value: string): string {
  const plain = value.replace(/[ T]0{1,2}:00(?::00(?:\.0+)?)?Z?$/, '')
  const [, year, month, day] =
    /^(\d{4})[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})日?$/u.exec(plain) ?? []
  if (year !== undefined) return `${year}-${pad(Number(month))}-${pad(Number(day))}`
  const [, ofMonth, inYear, inCentury] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(plain) ?? []
  return ofMonth === undefined
    ? value
    : `${inCentury}-${pad(Number(inYear))}-${pad(Number(ofMonth))}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

/** Degrees to a metre, which is more than a village needs. */
export function evenedDegrees(text: string): string {
  return /^-?\d{1,3}\.\d{6,}$/.test(text) ? String(Number(Number(text).toFixed(5))) : text
}

/** The same length is always written alike: `60min` is `1h`. */
export function shortest(length: string): string {
  if (!/^\d{1,4}(?:min|h|d)$/.test(length)) return length
  const minutes = minutesOf(length)
  if (minutes % workingDayMinutes === 0) return `${minutes / workingDayMinutes}d`
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}min`
}

/** `30min`, `2h` or `5d` (working days of eight hours), in minutes. */
export function minutesOf(length: string): number {
  return (
    Number.parseInt(length, 10) *
    (length.endsWith('min') ? 1 : length.endsWith('h') ? 60 : workingDayMinutes)
  )
}
