import { scaleLinear, scalePoint } from 'd3-scale'
import { line } from 'd3-shape'
import type { VNode } from 'preact'
import { isRightToLeft } from '../../language/bidi.ts'
import type { Voice } from '../../language/render.ts'

/** A line of shares from 0 to 1 over weeks; a week without a figure is a gap. */
export type Series = {
  readonly name: string
  readonly look: 'first' | 'second'
  readonly values: readonly (number | undefined)[]
}

const size = { width: 640, height: 220, start: 44, end: 26, top: 12, bottom: 28 } as const

/**
 * Lines over weeks, drawn on the server. Colours come from the page's sheet, so that light and dark
 * need one drawing; from right to left time runs as the text does. Anyone who can't see it has the
 * table behind it.
 */
export function Trend({
  voice,
  weeks,
  series,
  label,
}: {
  voice: Voice
  weeks: readonly string[]
  series: readonly Series[]
  label: string
}): VNode {
  const mirrored = isRightToLeft(voice.language)
  const [left, right] = mirrored
    ? [size.width - size.start, size.end]
    : [size.start, size.width - size.end]
  const x = scalePoint<string>().domain(weeks).range([left, right])
  const y = scaleLinear()
    .domain([0, 1])
    .range([size.height - size.bottom, size.top])
  const shown = weeks.filter((_, at) => (weeks.length - 1 - at) % Math.ceil(weeks.length / 5) === 0)
  return (
    <svg class="chart" viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={label}>
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line class="grid" x1={size.end} x2={size.width - size.end} y1={y(share)} y2={y(share)} />
          <text
            x={mirrored ? size.width - 4 : 4}
            y={y(share) - 3}
            direction="ltr"
            text-anchor={mirrored ? 'end' : 'start'}
          >
            {Math.round(share * 100)}%
          </text>
        </g>
      ))}
      {shown.map((week) => (
        <text key={week} x={x(week)} y={size.height - 8} direction="ltr" text-anchor="middle">
          {week.slice(5)}
        </text>
      ))}
      {series.map(({ name, look, values }) => {
        const points = weeks.map((week, at) => ({ x: x(week) ?? 0, value: values[at] }))
        const path = line<(typeof points)[number]>()
          .defined(({ value }) => value !== undefined)
          .x((point) => point.x)
          .y(({ value }) => y(value ?? 0))(points)
        return (
          <g key={name} class={look}>
            {path !== null && path !== '' && <path d={path} />}
            {points.map(
              ({ x: at, value }) =>
                value !== undefined && <circle key={at} cx={at} cy={y(value)} r={3.5} />,
            )}
          </g>
        )
      })}
    </svg>
  )
}

const cell = { width: 24, height: 22, start: 64, top: 20 } as const

/**
 * What nineteen of twenty hours do not exceed: one hour of a storm must not make all others look
 * empty.
 */
export function usualMost(values: readonly (number | undefined)[]): number {
  const known = values.flatMap((value) => value ?? []).sort((a, b) => a - b)
  return Math.max(1, known[Math.floor((known.length - 1) * 0.95)] ?? 1)
}

/**
 * When reports come in: a square for each hour of the week, the darker the more. Values are shown
 * ones or nothing.
 */
export function HeatMap({
  voice,
  days,
  values,
  label,
}: {
  voice: Voice
  days: readonly string[]
  values: readonly (number | undefined)[]
  label: string
}): VNode {
  const mirrored = isRightToLeft(voice.language)
  const width = cell.start + 24 * cell.width
  const at = (x: number, wide = 0) => (mirrored ? width - x - wide : x)
  const most = usualMost(values)
  return (
    <svg
      class="chart heat"
      viewBox={`0 0 ${width} ${cell.top + 7 * cell.height}`}
      role="img"
      aria-label={label}
    >
      {[0, 6, 12, 18, 23].map((hour) => (
        <text
          key={hour}
          x={at(cell.start + (hour + 0.5) * cell.width)}
          y={14}
          direction="ltr"
          text-anchor="middle"
        >
          {hour}
        </text>
      ))}
      {days.map((name, day) => (
        <g key={name}>
          <text x={at(cell.start - 6)} y={cell.top + (day + 0.7) * cell.height} text-anchor="end">
            {name}
          </text>
          {Array.from({ length: 24 }, (_, hour) => {
            const value = values[day * 24 + hour]
            return (
              <rect
                key={hour}
                class={
                  value === undefined
                    ? 'few'
                    : `heat${Math.min(5, Math.max(1, Math.ceil((value / most) * 5)))}`
                }
                x={at(cell.start + hour * cell.width, cell.width)}
                y={cell.top + day * cell.height}
                width={cell.width - 2}
                height={cell.height - 2}
                rx={3}
              />
            )
          })}
        </g>
      ))}
    </svg>
  )
}
