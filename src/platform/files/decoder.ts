import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { fairQueue, type Turn } from '../fair-queue.ts'
import { type EndedFor, type ProcessBounds, watchProcess } from '../process-bounds.ts'

/** What is to be decoded. */
type Job =
  | { readonly kind: 'photo'; readonly content: Buffer }
  | {
      readonly kind: 'voice'
      readonly content: Buffer
      readonly about: { readonly container: string }
    }
  | { readonly kind: 'table'; readonly content: Buffer }

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
type Bounds = Omit<ProcessBounds, 'cpuMs'> & {
  readonly cpuMs: Readonly<Record<Job['kind'], number>>
}
/** How much may wait: files hold memory until it is their turn. */
const mostWaiting = { ofOne: 10, size: 150_000_000 } as const
/** How long the process stays for the next file, in milliseconds. */
const idleMs = 60_000

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
  const decodeOne = async (job: Job, turn: Turn): Promise<Decoded> => {
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
  const queue = fairQueue(
    decodeOne,
    ({ content }: Job) => content.length,
    mostWaiting,
    () => {
      idle = setTimeout(end, idleMs)
      idle.unref()
    },
  )
  return {
    decode: async (job, turn) => (await queue.add(job, turn)) ?? { lost: 'trouble' },
    hasRoom: () => queue.waiting() < mostWaiting.size / 2,
    stop: async () => end(),
  }
}
