import { type ChildProcess, spawn } from 'node:child_process'
import packageJson from '../../package.json' with { type: 'json' }
import { until } from '../until.ts'
import { roomyQuotas } from './roomy-quotas.ts'

/** The real program in a process of its own. */
export type Program = {
  readonly process: ChildProcess
  readonly output: () => string
  readonly errors: () => string
  /** Waits until it serves; returns its address, where it has the web role. */
  readonly ready: (withinMs?: number) => Promise<string>
  /** Waits until it ends; returns how it did. */
  readonly ended: (withinMs?: number) => Promise<number | null>
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>
}

/** What `npm start`, and so the container, tells V8 about memory. */
export const v8Flags: readonly string[] = packageJson.scripts.start.match(/--\S+/g) ?? []
/** The same for the C library. */
export const memoryVariables: Readonly<Record<string, string>> = Object.fromEntries(
  [...packageJson.scripts.start.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [
    name,
    value,
  ]),
)
const start = [...v8Flags, 'dist/src/cli/jawab.js', 'start'] as const

export function runProgram(
  environment: Record<string, string>,
  args: readonly string[] = start,
): Program {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [...args], {
    env: {
      PATH,
      HOME,
      PORT: '0',
      LOG_LEVEL: 'warn',
      QUOTAS: roomyQuotas,
      ...memoryVariables,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { output: '', errors: '' }
  child.stdout.on('data', (part: Buffer) => {
    said.output += part.toString()
  })
  child.stderr.on('data', (part: Buffer) => {
    said.errors += part.toString()
  })
  const ended = (withinMs = 30_000) =>
    until(
      'the program ends',
      () => child.exitCode !== null || child.signalCode !== null,
      withinMs,
    ).then(() => child.exitCode)
  return {
    process: child,
    output: () => said.output,
    errors: () => said.errors,
    ended,
    ready: async (withinMs = 30_000) => {
      await until(
        'the program serves',
        () => {
          if (child.exitCode !== null)
            throw new Error(`it ended with ${child.exitCode}: ${said.errors}`)
          return /API documentation: .*\n|works \(worker\)/.test(said.output)
        },
        withinMs,
      ).catch((error: Error) => {
        throw new Error(`${error.message}\n${said.output}\n${said.errors}`)
      })
      return /(http:\S+)\/docs/.exec(said.output)?.[1] ?? ''
    },
    kill: (signal) => {
      child.kill(signal)
      return ended()
    },
  }
}
