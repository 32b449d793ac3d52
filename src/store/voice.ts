import { Worker } from 'node:worker_threads'
import { fileTypeFromBuffer } from 'file-type'
import { soundOfBoxes } from './sound-boxes.ts'

/** A voice note made anew. */
type Made = { readonly content: Buffer; readonly contentType: string }

/** Makes voice notes anew, one after another. */
export type RemakeVoice = (content: Buffer) => Promise<Made | undefined>

/**
 * Makes a voice note anew from its sound alone: the packets go into a fresh file as they are, and whatever else stood in the
 * old one (titles, places, devices, times, pictures) stays behind (protection P18). The sound itself is not looked at: nothing
 * here could tell a speaker (protection P34).
 *
 * In a thread of their own, each for a bounded time, one after another: a file that is made to keep a reader busy costs whoever
 * sent it their file, and delays nothing but other voice notes.
 *
 * @returns a function that returns `undefined` for what is no voice note that can be read.
 */
export function openVoices(): RemakeVoice {
  const state: { last: Promise<unknown>; thread: Worker | undefined } = { last: Promise.resolve(), thread: undefined }
  return async (content) => {
    const type = (await fileTypeFromBuffer(content))?.mime ?? ''
    if (type === 'audio/amr') return remakeAmr(content)
    const inBoxes = isBoxes.has(type) ? soundOfBoxes(content) : undefined
    if (inBoxes !== undefined) return inBoxes.contentType === 'audio/amr' ? remakeAmr(inBoxes.content) : inBoxes
    const container = containers.get(type.split(';')[0] ?? '')
    if (container === undefined) return undefined
    const made = state.last.then(() => remux(state, content, container))
    state.last = made
    return made
  }
}

/** Files of boxes: MP4 and what is like it. */
const isBoxes = new Set(['audio/mp4', 'audio/x-m4a', 'video/mp4', 'video/3gpp', 'audio/3gpp', 'video/3gpp2', 'video/quicktime'])

type Container = 'Ogg' | 'WebM' | 'Mp4' | 'Mp3' | 'Wav' | 'Adts'
const containers: ReadonlyMap<string, Container> = new Map([
  ['audio/ogg', 'Ogg'],
  ['audio/opus', 'Ogg'],
  ['application/ogg', 'Ogg'],
  ['audio/webm', 'WebM'],
  ['video/webm', 'WebM'],
  ['audio/mp4', 'Mp4'],
  ['audio/x-m4a', 'Mp4'],
  ['video/mp4', 'Mp4'],
  ['video/3gpp', 'Mp4'],
  ['audio/3gpp', 'Mp4'],
  ['video/quicktime', 'Mp4'],
  ['audio/mpeg', 'Mp3'],
  ['audio/wav', 'Wav'],
  ['audio/aac', 'Adts'],
])
const contentTypes: Readonly<Record<Container, string>> = {
  Ogg: 'audio/ogg',
  WebM: 'audio/webm',
  Mp4: 'audio/mp4',
  Mp3: 'audio/mpeg',
  Wav: 'audio/wav',
  Adts: 'audio/aac',
}

/** More than the longest note of 10 MiB takes: milliseconds, and MiB of memory. */
const bounds = { ms: 2_000, mib: 256 } as const

async function remux(state: { thread: Worker | undefined }, content: Buffer, container: Container): Promise<Made | undefined> {
  const thread = state.thread ?? startThread()
  state.thread = thread
  const answered = await new Promise<{ readonly made: Uint8Array | undefined } | 'gone'>((resolve) => {
    const timer = setTimeout(resolve, bounds.ms, 'gone')
    const gone = () => resolve('gone')
    thread.once('message', (made: Uint8Array | undefined) => {
      clearTimeout(timer)
      thread.off('error', gone).off('exit', gone)
      resolve({ made })
    })
    thread.once('error', gone).once('exit', gone)
    thread.postMessage({ content: new Uint8Array(content), container })
  })
  if (answered === 'gone') {
    state.thread = undefined
    await thread.terminate()
    return undefined
  }
  return answered.made === undefined ? undefined : { content: Buffer.from(answered.made), contentType: contentTypes[container] }
}

/** Started when the first voice note comes; it keeps no process from ending. */
function startThread(): Worker {
  const thread = new Worker(new URL('./voice.thread.mjs', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: bounds.mib } })
  thread.unref()
  return thread
}

const amrHead = Buffer.from('#!AMR\n')
/** Bytes of a frame by its mode. RFC 4867, sections 5.3 and 3.6. */
const amrFrames = [13, 14, 16, 18, 20, 21, 27, 32, 6] as const

/** AMR has no place for anything but frames; what is no frame is left out. */
function remakeAmr(content: Buffer): Made | undefined {
  if (!content.subarray(0, amrHead.length).equals(amrHead)) return undefined
  let end: number = amrHead.length
  for (;;) {
    const length = amrFrames[((content[end] ?? 0xff) >> 3) & 15]
    if (length === undefined || end + length > content.length) break
    end += length
  }
  return end === amrHead.length ? undefined : { content: content.subarray(0, end), contentType: 'audio/amr' }
}
