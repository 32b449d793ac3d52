import { scaleLinear, scaleLog } from 'd3-scale'
import { renderToString } from 'preact-render-to-string'
import type { Answered } from './load.ts'

/** What happened to the copies, in seconds after the beginning, and how many then ran. */
export type Happened = {
  readonly at: number
  readonly what: string
  readonly webs: number
  readonly workers: number
}

type Drawn = {
  readonly answered: readonly Answered[]
  readonly happened: readonly Happened[]
  readonly seconds: number
  readonly messages: number
  readonly unanswered: number
  readonly repeated: number
  readonly tickets: number
}

const [width, left, right] = [960, 70, 20] as const
const colours = {
  paper: '#fbfaf6',
  ink: '#1d2522',
  quiet: '#5d6762',
  line: '#d9d4c8',
  leaf: '#0d6b57',
  sun: '#9a5b00',
  alarm: '#a8231a',
} as const
/** Seconds that stand together as one point. */
const step = 3

/** Throughput, latency and the number of copies on one line of time (SVG). */
export function drawCluster(drawn: Drawn): string {
  const { answered, happened, seconds, messages, unanswered, repeated, tickets } = drawn
  const x = scaleLinear()
    .domain([0, seconds])
    .range([left, width - right])
  const points = Array.from({ length: Math.ceil(seconds / step) }, (_, nth) => {
    const within = answered
      .filter(({ at }) => at >= nth * step && at < (nth + 1) * step)
      .map(({ ms }) => ms)
      .sort((a, b) => a - b)
    return {
      from: nth * step,
      perSecond: within.length / step,
      p50: within[Math.floor(within.length / 2)],
      p99: within[Math.floor(within.length * 0.99)],
    }
  })
  const most = Math.max(...points.map(({ perSecond }) => perSecond))
  const slowest = Math.max(1_000, ...points.map(({ p99 = 0 }) => p99))
  const rates = scaleLinear().domain([0, most]).nice().range([230, 110])
  const times = scaleLog().domain([5, slowest]).range([430, 280])
  const counts = scaleLinear().domain([0, 5]).range([560, 480])
  const line = (of: 'p50' | 'p99') =>
    points
      .filter((point) => point[of] !== undefined)
      .map((point) => `${x(point.from + step / 2)},${times(Math.max(5, point[of] ?? 5))}`)
      .join(' ')
  const stairs = (of: 'webs' | 'workers') =>
    happened
      .flatMap((each, nth) => [
        `${x(each.at)},${counts(each[of])}`,
        `${x(happened[nth + 1]?.at ?? seconds)},${counts(each[of])}`,
      ])
      .join(' ')
  const picture = (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${width} 600`}
      width={width}
      height={600}
      font-family="'Noto Sans', sans-serif"
      font-size={13}
      fill={colours.ink}
    >
      <title>Several copies of Jawab on one machine, while copies are killed and added</title>
      <rect width={width} height={600} fill={colours.paper} />
      <text x={left} y={30} font-size={18}>
        Copies are killed and added, and every message is answered
      </text>
      <text x={left} y={52} fill={colours.quiet}>
        {`${messages} messages of residents, ${tickets} tickets, ${unanswered} unanswered, ${repeated} said again; PostgreSQL, Redis, S3, all copies and the load on 2 cores`}
      </text>
      {happened.slice(1).map(({ at, what }, nth) => (
        <g key={at}>
          <line
            x1={x(at)}
            x2={x(at)}
            y1={92}
            y2={560}
            stroke={colours.line}
            stroke-dasharray="4 3"
          />
          <text
            x={Math.min(x(at) + 4, width - 90)}
            y={nth % 2 === 0 ? 76 : 90}
            fill={/killed/.test(what) ? colours.alarm : colours.quiet}
          >
            {what}
          </text>
        </g>
      ))}
      <Axis title="answered a second" at={rates.ticks(4).map((of) => [rates(of), String(of)])} />
      {points.map(({ from, perSecond }) => (
        <rect
          key={from}
          x={x(from) + 1}
          width={Math.max(1, x(from + step) - x(from) - 2)}
          y={rates(perSecond)}
          height={rates(0) - rates(perSecond)}
          fill={colours.leaf}
        />
      ))}
      <Axis
        title="milliseconds to the answer: half of them, and 99 of 100"
        at={[10, 100, 1_000, 10_000]
          .filter((of) => of <= slowest * 2)
          .map((of) => [times(of), String(of)])}
      />
      <polyline points={line('p50')} fill="none" stroke={colours.leaf} stroke-width={2} />
      <polyline points={line('p99')} fill="none" stroke={colours.sun} stroke-width={2} />
      <Axis
        title="copies that run: web (green), worker (brown)"
        at={[0, 2, 4].map((of) => [counts(of), String(of)])}
      />
      <polyline points={stairs('webs')} fill="none" stroke={colours.leaf} stroke-width={2} />
      <polyline
        points={stairs('workers')}
        fill="none"
        stroke={colours.sun}
        stroke-width={2}
        stroke-dasharray="6 3"
      />
      {x.ticks(9).map((of) => (
        <text key={of} x={x(of)} y={584} text-anchor="middle" fill={colours.quiet}>
          {`${of} s`}
        </text>
      ))}
    </svg>
  )
  return `${renderToString(picture)}\n`
}

function Axis({
  title,
  at,
}: {
  readonly title: string
  readonly at: readonly (readonly [number, string])[]
}) {
  const top = Math.min(...at.map(([y]) => y))
  return (
    <g>
      <text x={left} y={top - 14}>
        {title}
      </text>
      {at.map(([y, label]) => (
        <g key={label}>
          <line x1={left} x2={width - right} y1={y} y2={y} stroke={colours.line} />
          <text x={left - 8} y={y + 4} text-anchor="end" fill={colours.quiet}>
            {label}
          </text>
        </g>
      ))}
    </g>
  )
}
