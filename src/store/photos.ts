import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** A photo made anew, or why it could not be. */
type Remade = { readonly content: Buffer; readonly contentType: string } | { readonly lost: 'tooLarge' | 'damaged' | 'notAPhoto' }

/** Makes photos anew, one after another. */
export type Photos = {
  readonly remake: (content: Buffer) => Promise<Remade>
  readonly stop: () => Promise<void>
}

/** Longer than the largest picture of a phone takes; and how long the process stays for the next one, in milliseconds. */
const mostMs = 20_000
const idleMs = 60_000

const Answer = z.union([
  z.object({ id: z.number(), content: z.instanceof(Uint8Array) }),
  z.object({ id: z.number(), lost: z.enum(['tooLarge', 'damaged', 'notAPhoto']) }),
])

/**
 * Makes photos anew in a process of its own, without anything but their points: neither place nor device nor time of the
 * picture stays (protection P18). A picture that takes too long, or that ends the process, costs its sender that picture and
 * nothing else; the next one gets a fresh process.
 */
export function openPhotos(): Photos {
  let child: ChildProcess | undefined
  let last: Promise<unknown> = Promise.resolve()
  let count = 0
  let idle: NodeJS.Timeout | undefined

  const end = () => {
    clearTimeout(idle)
    child?.kill('SIGKILL')
    child = undefined
  }
  const start = (): ChildProcess => {
    const started = fork(fileURLToPath(new URL('./photo.process.mjs', import.meta.url)), {
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
  const remakeNext = async (content: Buffer): Promise<Remade> => {
    clearTimeout(idle)
    const at = child ?? start()
    const id = count++
    const answer = await new Promise<z.infer<typeof Answer> | 'gone'>((resolve) => {
      const timer = setTimeout(resolve, mostMs, 'gone')
      const finish = (result: z.infer<typeof Answer> | 'gone') => {
        clearTimeout(timer)
        at.off('message', hear).off('exit', gone).off('error', gone)
        at.channel?.unref()
        resolve(result)
      }
      const gone = () => finish('gone')
      const hear = (message: unknown) => {
        const parsed = Answer.safeParse(message)
        if (parsed.success && parsed.data.id === id) finish(parsed.data)
      }
      at.on('message', hear).once('exit', gone).once('error', gone)
      at.channel?.ref()
      at.send({ id, content }, (error) => {
        if (error !== null) gone()
      })
    })
    if (answer === 'gone') {
      end()
      return { lost: 'damaged' }
    }
    idle = setTimeout(end, idleMs)
    idle.unref()
    return 'lost' in answer ? { lost: answer.lost } : { content: Buffer.from(answer.content), contentType: 'image/jpeg' }
  }
  return {
    remake: (content) => {
      const made = last.then(() => remakeNext(content))
      last = made.catch(() => {})
      return made
    },
    stop: async () => end(),
  }
}
