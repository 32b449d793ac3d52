import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fairQueue, type Turn } from '../fair-queue.ts'
import { type EndedFor, type ProcessBounds, watchProcess } from '../process-bounds.ts'

/** A piece of what is said, by one of the engine's voices. */
type Part = { readonly voice: string; readonly text: string }

/** Opus in Ogg, for chat apps and most browsers; WAV for browsers that can't play it. */
export type SoundForm = 'ogg' | 'wav'

/**
 * Says texts aloud on this machine, by espeak-ng. What was said is kept nowhere.
 */
export type Speaker = {
  /** Whether the programs that it needs are installed. */
  readonly isThere: boolean
  /**
   * The sound of a text; `undefined` where it can't be made now: too much waits, or it took too
   * much. Then the text stands alone.
   */
  readonly speak: (
    parts: readonly Part[],
    form: SoundForm,
    turn: Turn,
  ) => Promise<Buffer | undefined>
  readonly stop: () => Promise<void>
}

/** A minute of speech takes a fifth of a second and 20 MB. */
const speakerBounds: ProcessBounds = { cpuMs: 8_000, wallMs: 15_000, residentBytes: 200_000_000 }
/** Sounds that may wait: what is not made within seconds is of no use any more. */
const mostWaiting = { ofOne: 6, size: 60 } as const
/** A sound that is longer is not sent, in bytes: four minutes as WAV. */
const mostBytes = 12_000_000

/** Words a minute; the engine's own 175 is quick for who hears a machine for the first time. */
const wordsAMinute = '140'
/** Bits a second: a sentence of five seconds is 8 KB. Speech stays clear (RFC 6716, 2.1.1). */
const kilobits = '12'

const makeWav = ['espeak-ng', ['-m', '-b', '1', '-s', wordsAMinute, '--stdin', '--stdout']] as const
const makeOgg = [
  'opusenc',
  ['--quiet', '--speech', '--ignorelength', '--bitrate', kilobits, '--framesize', '60', '-', '-'],
] as const

/** The Debian packages that the programs are in. */
export const speechPackages = 'espeak-ng opus-tools'

/** Whether the programs that make speech are installed. They are looked for, not run. */
export function isSpeechInstalled(): boolean {
  return [makeWav[0], makeOgg[0]].every(isInPath)
}

/** Whether a program can be started by its name alone. */
function isInPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/**
 * Opens the speaker. Each sound is made by processes of its own, one sound after another, with
 * bounds on their time and memory (protection P39).
 *
 * @param onEnded is told why a process was ended, and nothing of what it said.
 */
export function openSpeaker(
  onEnded: (reason: EndedFor) => void = () => {},
  bounds: ProcessBounds = speakerBounds,
): Speaker {
  const isThere = isSpeechInstalled()
  const running = new Set<ChildProcess>()
  const queue = fairQueue(
    ({ parts, form }: { readonly parts: readonly Part[]; readonly form: SoundForm }, turn) =>
      make(parts, form, turn, { running, bounds, onEnded }),
    () => 1,
    mostWaiting,
  )
  return {
    isThere,
    speak: async (parts, form, turn) =>
      isThere && parts.length > 0 ? queue.add({ parts, form }, turn) : undefined,
    stop: async () => {
      for (const child of running) child.kill('SIGKILL')
    },
  }
}

/** For tests and programs that show nobody anything: it says nothing. */
export const silent: Speaker = {
  isThere: false,
  speak: async () => undefined,
  stop: async () => {},
}

type Making = {
  readonly running: Set<ChildProcess>
  readonly bounds: ProcessBounds
  readonly onEnded: (reason: EndedFor) => void
}

async function make(
  parts: readonly Part[],
  form: SoundForm,
  { signal }: Turn,
  { running, bounds, onEnded }: Making,
): Promise<Buffer | undefined> {
  const start = ([program, options]: readonly [string, readonly string[]]) => {
    // The engine looks up its words in UTF-8; it gets nothing else of our environment.
    const child = spawn(program, options, {
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    running.add(child)
    child.once('close', () => running.delete(child))
    return child
  }
  const speaks = start(makeWav)
  const last = form === 'wav' ? speaks : start(makeOgg)
  const children = last === speaks ? [speaks] : [speaks, last]
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let bytes = 0
    const watches = children.map(({ pid }) =>
      watchProcess(pid ?? 0, bounds, (reason) => finish(undefined, reason)),
    )
    const leave = () => finish(undefined)
    const finish = (sound: Buffer | undefined, reason?: EndedFor) => {
      for (const watch of watches) watch.stop()
      signal?.removeEventListener('abort', leave)
      if (sound === undefined) for (const child of children) child.kill('SIGKILL')
      if (reason !== undefined) onEnded(reason)
      resolve(sound)
    }
    signal?.addEventListener('abort', leave, { once: true })
    for (const child of children) {
      child.once('error', () => finish(undefined, 'fault'))
      child.stdin.on('error', () => {})
    }
    last.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > mostBytes) finish(undefined, 'memory')
      else pieces.push(piece)
    })
    last.once('close', (code) => {
      const sound = Buffer.concat(pieces)
      if (code !== 0 || sound.length === 0) finish(undefined, 'fault')
      else finish(form === 'wav' ? withLength(sound) : sound)
    })
    if (last !== speaks) speaks.stdout.pipe(last.stdin)
    speaks.stdin.end(toSsml(parts))
  })
}

/**
 * What the engine reads: https://www.w3.org/TR/speech-synthesis11/, of which it knows voices.
 */
function toSsml(parts: readonly Part[]): string {
  const spoken = parts.map(({ voice, text }) => `<voice name="${voice}">${escaped(text)}</voice>`)
  return `<speak>${spoken.join('\n')}</speak>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** The engine does not know how long a sound will be when it writes the head of the file. */
function withLength(wav: Buffer): Buffer {
  const made = Buffer.from(wav)
  made.writeUInt32LE(made.length - 8, 4)
  made.writeUInt32LE(made.length - 44, 40)
  return made
}
