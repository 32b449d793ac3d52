import { scaleLinear, scalePoint } from 'd3-scale'
import { line } from 'd3-shape'
import type { VNode } from 'preact'
import { isRightToLeft } from '../../language/bidi.ts'
import type { Voice } from '../../language/render.ts'

/** A line of shares from 0 to 1 over weeks; a week without a figure is a gap. */
type Series = {
  readonly name: string
  readonly look: 'first' | 'second'
  readonly values: readonly (number | undefined)[]
}

/** A drawing for a wide page, and another one for a phone, whose letters are as large there. */
const layouts = ['wide', 'narrow'] as const
type Layout = (typeof layouts)[number]

const sizes = {
  wide: { width: 640, height: 220, start: 44, end: 26, top: 12, bottom: 28, weeks: 5 },
  narrow: { width: 320, height: 210, start: 40, end: 20, top: 14, bottom: 28, weeks: 3 },
} as const satisfies Record<Layout, object>

/**
 * Lines over weeks, drawn on the server. Colours come from the page's sheet, so that light and dark
 * need one drawing; from right to left time runs as the text does. Anyone who can't see it has the
 * table behind it.
 */
export function Trend(props: TrendProps): VNode {
  return (
    <>
      {layouts.map((layout) => (
        <TrendIn key={layout} layout={layout} {...props} />
      ))}
    </>
  )
}

type TrendProps = {
  readonly voice: Voice
  readonly weeks: readonly string[]
  readonly series: readonly Series[]
  readonly label: string
}

function TrendIn({
  layout,
  voice,
  weeks,
  series,
  label,
}: TrendProps & { readonly layout: Layout }): VNode {
  const size = sizes[layout]
  const mirrored = isRightToLeft(voice.language)
  const [left, right] = mirrored
    ? [size.width - size.start, size.end]
    : [size.start, size.width - size.end]
  const x = scalePoint<string>().domain(weeks).range([left, right])
  const y = scaleLinear()
    .domain([0, 1])
    .range([size.height - size.bottom, size.top])
  const each = Math.ceil(weeks.length / size.weeks)
  const shown = weeks.filter((_, at) => (weeks.length - 1 - at) % each === 0)
  return (
    <svg
      class={`chart in-${layout}`}
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="img"
      aria-label={label}
    >
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

/**
 * What nineteen of twenty hours do not exceed: one hour of a storm must not make all others look
 * empty.
 */
export function usualMost(values: readonly (number | undefined)[]): number {
  const known = values.flatMap((value) => value ?? []).sort((a, b) => a - b)
  return Math.max(1, known[Math.floor((known.length - 1) * 0.95)] ?? 1)
}

/** Hours run across a wide page, and down a phone. */
const grids = {
  wide: { across: 'hours', width: 24, height: 22, start: 64, top: 20, hours: [0, 6, 12, 18, 23] },
  narrow: {
    across: 'days',
    width: 38,
    height: 16,
    start: 34,
    top: 22,
    hours: [0, 3, 6, 9, 12, 15, 18, 21],
  },
} as const satisfies Record<Layout, object>

type HeatMapProps = {
  readonly voice: Voice
  readonly days: readonly string[]
  readonly values: readonly (number | undefined)[]
  readonly label: string
}

/**
 * When reports come in: a square for each hour of the week, the darker the more. Values are shown
 * ones or nothing.
 */
export function HeatMap(props: HeatMapProps): VNode {
  return (
    <>
      {layouts.map((layout) => (
        <HeatMapIn key={layout} layout={layout} {...props} />
      ))}
    </>
  )
}

function HeatMapIn({
  layout,
  voice,
  days,
  values,
  label,
}: HeatMapProps & { readonly layout: Layout }): VNode {
  const grid = grids[layout]
  const isAcross = grid.across === 'hours'
  const mirrored = isRightToLeft(voice.language)
  const width = grid.start + (isAcross ? 24 : 7) * grid.width
  const height = grid.top + (isAcross ? 7 : 24) * grid.height
  const at = (x: number, wide = 0) => (mirrored ? width - x - wide : x)
  const most = usualMost(values)
  const lookOf = (value: number | undefined) =>
    value === undefined ? 'few' : `heat${Math.min(5, Math.max(1, Math.ceil((value / most) * 5)))}`
  const above = (key: string, column: number, text: string) => (
    <text
      key={key}
      x={at(grid.start + (column + 0.5) * grid.width)}
      y={14}
      direction={isAcross ? 'ltr' : undefined}
      text-anchor="middle"
    >
      {text}
    </text>
  )
  const beside = (key: string, row: number, text: string) => (
    <text
      key={key}
      x={at(grid.start - 6)}
      y={grid.top + (row + 0.7) * grid.height}
      text-anchor="end"
    >
      {text}
    </text>
  )
  return (
    <svg
      class={`chart heat in-${layout}`}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      {grid.hours.map((hour) => (isAcross ? above : beside)(`hour ${hour}`, hour, String(hour)))}
      {days.map((name, day) => (isAcross ? beside : above)(name, day, name))}
      {values.map((value, index) => {
        const [day, hour] = [Math.floor(index / 24), index % 24]
        const [column, row] = isAcross ? [hour, day] : [day, hour]
        return (
          <rect
            key={index}
            class={lookOf(value)}
            x={at(grid.start + column * grid.width, grid.width)}
            y={grid.top + row * grid.height}
            width={grid.width - 2}
            height={grid.height - 2}
            rx={3}
          />
        )
      })}
    </svg>
  )
}
