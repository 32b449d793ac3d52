import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** What is to be decoded. */
type Job =
  | { readonly kind: 'photo'; readonly content: Buffer }
  | {
      readonly kind: 'voice'
      readonly content: Buffer
      readonly about: { readonly container: string }
    }
  | { readonly kind: 'table'; readonly content: Buffer }

/** Whose turn it is, and what ends it early: that the sender has gone. */
export type Turn = { readonly of: string; readonly signal?: AbortSignal | undefined }

/** A sheet of a workbook; `merged` are the cells that an earlier one covers, `[row, column]` from 0. */
const Sheet = z.object({
  name: z.string(),
  rows: z.array(z.array(z.string())),
  merged: z.array(z.tuple([z.number(), z.number()])),
})
type Sheet = z.infer<typeof Sheet>

const Answer = z.union([
  z.object({ id: z.number(), content: z.instanceof(Uint8Array) }),
  z.object({ id: z.number(), sheets: z.array(Sheet) }),
  z.object({ id: z.number(), lost: z.enum(['tooLarge', 'damaged', 'notAPhoto']) }),
])
type Answered = z.infer<typeof Answer>
/** What became of it. `trouble`: too much waits, or its sender has gone. */
type Decoded =
  | { readonly content: Uint8Array }
  | { readonly sheets: readonly Sheet[] }
  | { readonly lost: 'tooLarge' | 'damaged' | 'notAPhoto' | 'trouble' }

/** Why a process was ended. */
export type EndedFor = 'time' | 'memory' | 'fault'

/**
 * Decodes files of strangers, one after another, in a process of its own with bounds on its time
 * and memory.
 */
export type Decoder = {
  readonly decode: (job: Job, turn: Turn) => Promise<Decoded>
  /** Whether another file may wait. */
  readonly hasRoom: () => boolean
  readonly stop: () => Promise<void>
}

/**
 * Bounds of the process (protection P39): how long it may compute for one file and how long that
 * may take by the clock, in milliseconds, and how much memory it may hold, in bytes. A picture of a
 * phone takes a tenth of them. A table is the whole organisation, and comes from an administrator.
 */
export const decoderBounds: Bounds = {
  cpuMs: { photo: 5_000, voice: 2_000, table: 20_000 },
  wallMs: 30_000,
  residentBytes: 400_000_000,
}
type Bounds = {
  readonly cpuMs: Readonly<Record<Job['kind'], number>>
  readonly wallMs: number
  readonly residentBytes: number
}
/** How much may wait: files hold memory until it is their turn. */
const mostWaiting = { ofOne: 10, bytes: 150_000_000 } as const
/** How long the process stays for the next file, and how often it is looked at, in milliseconds. */
const idleMs = 60_000
const lookEveryMs = 50

type Waiting = { readonly job: Job; readonly turn: Turn; readonly done: (decoded: Decoded) => void }

/**
 * Opens the decoder; its process starts with the first file. Senders take turns, so that anyone who
 * sends many costs another no more than the one that is being decoded.
 *
 * @param onEnded - Told why the process was ended, and nothing of whom for.
 */
export function openDecoder(
  onEnded: (reason: EndedFor) => void = () => {},
  bounds: Bounds = decoderBounds,
): Decoder {
  const queues = new Map<string, { readonly waiting: Waiting[]; lastTurn: number }>()
  let turns = 0
  let waitingBytes = 0
  let isWorking = false
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let count = 0

  const end = () => {
    clearTimeout(idle)
    child?.kill('SIGKILL')
    child = undefined
  }
  const start = (): ChildProcess => {
    const started = fork(fileURLToPath(new URL('./decoder.process.mjs', import.meta.url)), {
      serialization: 'advanced',
      execArgv: [],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    started.unref()
    started.channel?.unref()
    child = started
    return started
  }
  /** The next file of the sender whose last turn is longest ago; anyone who is new has had none. */
  const takeNext = (): Waiting | undefined => {
    // Whose last file is done and who has sent no other one is new again.
    for (const [sender, { waiting }] of queues) if (waiting.length === 0) queues.delete(sender)
    const [first] = [...queues].sort(([, a], [, b]) => a.lastTurn - b.lastTurn)
    if (first === undefined) return undefined
    const [, queue] = first
    const next = queue.waiting.shift()
    queue.lastTurn = ++turns
    if (next !== undefined) waitingBytes -= next.job.content.length
    return next
  }
  const work = async () => {
    if (isWorking) return
    isWorking = true
    for (let next = takeNext(); next !== undefined; next = takeNext())
      next.done(next.turn.signal?.aborted === true ? { lost: 'trouble' } : await decodeOne(next))
    isWorking = false
    idle = setTimeout(end, idleMs)
    idle.unref()
  }
  const decodeOne = async ({ job, turn }: Waiting): Promise<Decoded> => {
    clearTimeout(idle)
    const at = child ?? start()
    const id = count++
    const answer = await new Promise<Answered | EndedFor | 'senderGone'>((resolve) => {
      const watch = watchProcess(at.pid ?? 0, { ...bounds, cpuMs: bounds.cpuMs[job.kind] }, finish)
      const leave = () => finish('senderGone')
      const gone = () => finish('fault')
      const hear = (message: unknown) => {
        const parsed = Answer.safeParse(message)
        if (parsed.success && parsed.data.id === id) finish(parsed.data)
      }
      turn.signal?.addEventListener('abort', leave, { once: true })
      at.on('message', hear).once('exit', gone).once('error', gone)
      at.channel?.ref()
      at.send({ id, ...job }, (error) => {
        if (error !== null) gone()
      })
      function finish(result: Answered | EndedFor | 'senderGone') {
        watch.stop()
        turn.signal?.removeEventListener('abort', leave)
        at.off('message', hear).off('exit', gone).off('error', gone)
        at.channel?.unref()
        resolve(result)
      }
    })
    if (typeof answer !== 'string') {
      const { id: _, ...decoded } = answer
      return decoded
    }
    end()
    if (answer === 'senderGone') return { lost: 'trouble' }
    onEnded(answer)
    return { lost: 'damaged' }
  }
  return {
    decode: (job, turn) => {
      const queue = queues.get(turn.of) ?? { waiting: [], lastTurn: 0 }
      const { waiting } = queue
      if (
        waiting.length >= mostWaiting.ofOne ||
        waitingBytes + job.content.length > mostWaiting.bytes
      )
        return Promise.resolve({ lost: 'trouble' })
      const decoded = new Promise<Decoded>((done) => {
        waiting.push({ job, turn, done })
      })
      queues.set(turn.of, queue)
      waitingBytes += job.content.length
      void work()
      return decoded
    },
    hasRoom: () => waitingBytes < mostWaiting.bytes / 2,
    stop: async () => end(),
  }
}

/**
 * Looks at a process, and says when it has used up its time or memory. Where there is no `/proc`,
 * the clock alone is looked at.
 */
function watchProcess(
  pid: number,
  {
    cpuMs,
    wallMs,
    residentBytes,
  }: { readonly cpuMs: number; readonly wallMs: number; readonly residentBytes: number },
  tell: (reason: EndedFor) => void,
): { readonly stop: () => void } {
  const before = usageOf(pid)
  const late = setTimeout(tell, wallMs, 'time')
  const look = setInterval(() => {
    void Promise.all([before, usageOf(pid)]).then(([first, now]) => {
      if (first === undefined || now === undefined) return
      if (now.residentBytes > residentBytes) tell('memory')
      else if (now.cpuMs - first.cpuMs > cpuMs) tell('time')
    })
  }, lookEveryMs)
  return {
    stop: () => {
      clearTimeout(late)
      clearInterval(look)
    },
  }
}

/**
 * Linux counts time in hundredths of a second and memory in pages of 4 KiB on the processors that
 * we run on. `man 5 proc`.
 */
const [tickMs, pageBytes] = [10, 4_096] as const

/**
 * What a process has computed and how much memory it holds now; `undefined` where that can't be
 * seen.
 */
async function usageOf(
  pid: number,
): Promise<{ readonly cpuMs: number; readonly residentBytes: number } | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // After the name, which may hold anything, come the state and then numbers: utime is the 12th
    // of them, rss the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
      residentBytes: Number(fields[21]) * pageBytes,
    }
  } catch {
    return undefined
  }
}
