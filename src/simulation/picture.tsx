import { scaleBand, scaleLinear } from 'd3-scale'
import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { isolate, isRightToLeft } from '../language/bidi.ts'
import type { Voice } from '../language/render.ts'
import { day, hour, minute } from '../platform/instant.ts'
import type { Month, Played } from './month.ts'
import type { Outcome } from './outcome.ts'

const width = 960
const height = 800
const edge = 40
const half = (width - 3 * edge) / 2
const colours = {
  paper: '#fbfaf6',
  card: '#ffffff',
  line: '#d9d4c8',
  ink: '#1d2522',
  quiet: '#5d6762',
  leaf: '#0d6b57',
  storm: '#9a5b00',
} as const
const fonts = "'Noto Sans', 'Noto Sans Arabic', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif"

/** How long, in working time: up to each of these; and beyond the last. */
const answerBins = [15 * minute, hour, 2 * hour, 4 * hour, 8 * hour]
const solutionBins = [4 * hour, 8 * hour, 16 * hour, 24 * hour, 40 * hour]
/** Members with more requests than so many stand together. */
const mostLoad = 20

export type Drawn = {
  readonly voice: Voice
  readonly teams: number
  readonly members: number
  readonly month: Month
  readonly played: Played
  readonly outcome: Outcome
}

/**
 * A month as one picture for supervisors (SVG), in their language: the three rates, times, the
 * spread of load, the slowest moments.
 */
export function drawMonth({ voice, teams, members, month, played, outcome }: Drawn): string {
  const { say, language } = voice
  const mirrored = isRightToLeft(language)
  const number = (value: number) => ({ text: String(value) })
  const secs = (ms: number) => ({ text: (ms / 1_000).toFixed(2) })
  const { rates, loads, p50Ms, p99Ms, stormP50Ms, stormP99Ms } = outcome
  const title = say('month.title', { teams: number(teams), members: number(members) })
  const picture = (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      lang={language}
      font-family={fonts}
      font-size={14}
    >
      <title>{title}</title>
      <rect width={width} height={height} fill={colours.paper} />
      <Line mirrored={mirrored} x={edge} y={48} size={22} text={title} />
      <Line
        mirrored={mirrored}
        x={edge}
        y={74}
        colour={colours.quiet}
        text={say('month.size', {
          tickets: number(outcome.tickets),
          messages: number(played.messages),
        })}
      />
      {(
        [
          ['console.responded', rates.responded],
          ['console.resolvedRate', rates.resolved],
          ['console.satisfiedRate', rates.satisfied],
        ] as const
      ).map(([key, share], at) => {
        const third = (width - 4 * edge) / 3
        return (
          <Card
            key={key}
            mirrored={mirrored}
            x={edge + at * (third + edge)}
            y={96}
            width={third}
            height={84}
          >
            <Line
              mirrored={mirrored}
              x={16}
              y={28}
              within={third}
              colour={colours.quiet}
              text={say(key)}
            />
            <Line
              mirrored={mirrored}
              x={16}
              y={66}
              within={third}
              size={30}
              colour={colours.leaf}
              text={
                share === undefined
                  ? say('console.tooFew')
                  : isolate(`${Math.round(share * 100)} %`)
              }
            />
          </Card>
        )
      })}
      <Card mirrored={mirrored} x={edge} y={206} width={half} height={180}>
        <Bars
          mirrored={mirrored}
          width={half}
          title={say('console.firstResponse')}
          bars={binned(outcome.answerMinutes, answerBins, voice)}
        />
      </Card>
      <Card mirrored={mirrored} x={2 * edge + half} y={206} width={half} height={180}>
        <Bars
          mirrored={mirrored}
          width={half}
          title={say('console.resolution')}
          bars={binned(outcome.solutionMinutes, solutionBins, voice)}
        />
      </Card>
      <Card mirrored={mirrored} x={edge} y={412} width={width - 2 * edge} height={150}>
        <Bars
          mirrored={mirrored}
          width={width - 2 * edge}
          height={150}
          title={say('month.load')}
          bars={loadBars(loads)}
        />
      </Card>
      <Card mirrored={mirrored} x={edge} y={588} width={width - 2 * edge} height={180}>
        <Bars
          mirrored={mirrored}
          width={width - 2 * edge}
          height={150}
          title={say('month.moments')}
          mark={month.storms > 0 ? say('month.storm') : undefined}
          bars={dayBars(month, played)}
        />
        <Line
          mirrored={mirrored}
          x={16}
          y={168}
          within={width - 2 * edge}
          size={12}
          colour={colours.quiet}
          text={say('month.waits', {
            p50: secs(p50Ms),
            p99: secs(p99Ms),
            stormP50: secs(stormP50Ms),
            stormP99: secs(stormP99Ms),
          })}
        />
      </Card>
    </svg>
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderToString(picture)}\n`
}

type Bar = {
  readonly label: string
  readonly value: number
  readonly shown?: string
  readonly isStorm?: boolean
}

function binned(
  minutes: ReadonlyMap<number, number>,
  bins: readonly number[],
  voice: Voice,
): readonly Bar[] {
  const counts = [...bins, Number.POSITIVE_INFINITY].map((to, at) =>
    [...minutes]
      .filter(([each]) => each * minute <= to && each * minute > (bins[at - 1] ?? -1))
      .reduce((sum, [, count]) => sum + count, 0),
  )
  const last = bins.at(-1) ?? 0
  return counts.map((value, at) => ({
    value,
    label:
      bins[at] === undefined ? `> ${voice.workingTime(last)}` : `≤ ${voice.workingTime(bins[at])}`,
  }))
}

function loadBars(loads: readonly number[]): readonly Bar[] {
  const most = Math.min(mostLoad, loads.at(-1) ?? 0)
  return Array.from({ length: most + 1 }, (_, load) => ({
    label: load === mostLoad ? `${load}+` : String(load),
    value: loads.filter((each) => each === load || (load === mostLoad && each > load)).length,
  }))
}

function dayBars({ start, days }: Month, { answers }: Played): readonly Bar[] {
  const bars = Array.from({ length: days }, (_, nth) => ({
    label: String(nth + 1),
    value: 0,
    shown: '',
    isStorm: false,
  }))
  for (const { at, ms, isInStorm } of answers) {
    const bar = bars[Math.floor((at - start) / day)]
    if (bar === undefined) continue
    if (isInStorm) bar.isStorm = true
    if (ms > bar.value) Object.assign(bar, { value: ms, shown: (ms / 1_000).toFixed(1) })
  }
  return bars
}

/** A place with a ground of its own; from right to left it stands on the other side. */
function Card({
  mirrored,
  x,
  y,
  width: wide,
  height: high,
  children,
}: {
  mirrored: boolean
  x: number
  y: number
  width: number
  height: number
  children: ComponentChildren
}): VNode {
  return (
    <g transform={`translate(${mirrored ? width - x - wide : x} ${y})`}>
      <rect width={wide} height={high} rx={10} fill={colours.card} stroke={colours.line} />
      {children}
    </g>
  )
}

/** A line of text that begins where its script does. */
function Line({
  mirrored,
  x,
  y,
  text,
  within = width,
  size = 14,
  colour = colours.ink,
}: {
  mirrored: boolean
  x: number
  y: number
  text: string
  within?: number
  size?: number
  colour?: string
}): VNode {
  return (
    <text
      x={mirrored ? within - x : x}
      y={y}
      direction={mirrored ? 'rtl' : 'ltr'}
      text-anchor="start"
      font-size={size}
      fill={colour}
    >
      {text}
    </text>
  )
}

function Bars({
  mirrored,
  width: wide,
  height: high = 180,
  title,
  mark,
  bars,
}: {
  mirrored: boolean
  width: number
  height?: number
  title: string
  /** What the bars of another colour are. */
  mark?: string | undefined
  bars: readonly Bar[]
}): VNode {
  const range: [number, number] = mirrored ? [wide - 16, 16] : [16, wide - 16]
  const x = scaleBand<number>()
    .domain(bars.map((_, at) => at))
    .range(range)
    .padding(0.25)
  const y = scaleLinear()
    .domain([0, Math.max(1, ...bars.map(({ value }) => value))])
    .range([high - 30, 58])
  return (
    <>
      <Line mirrored={mirrored} x={16} y={28} within={wide} colour={colours.quiet} text={title} />
      {mark !== undefined && (
        <text
          x={mirrored ? 16 : wide - 16}
          y={28}
          direction={mirrored ? 'rtl' : 'ltr'}
          text-anchor="end"
          font-size={12}
          fill={colours.storm}
        >
          ▮ {mark}
        </text>
      )}
      {bars.map(({ label, value, shown = String(value), isStorm = false }, at) => {
        const [left, middle] = [x(at) ?? 0, (x(at) ?? 0) + x.bandwidth() / 2]
        return (
          <g key={label}>
            <rect
              x={left}
              y={y(value)}
              width={x.bandwidth()}
              height={y(0) - y(value)}
              fill={isStorm ? colours.storm : colours.leaf}
            />
            <text
              x={middle}
              y={y(value) - 4}
              text-anchor="middle"
              font-size={11}
              fill={colours.quiet}
            >
              {shown}
            </text>
            <text
              x={middle}
              y={high - 12}
              text-anchor="middle"
              direction={mirrored ? 'rtl' : 'ltr'}
              font-size={10}
              fill={colours.ink}
            >
              {label}
            </text>
          </g>
        )
      })}
      <line x1={16} x2={wide - 16} y1={y(0)} y2={y(0)} stroke={colours.line} />
    </>
  )
}
