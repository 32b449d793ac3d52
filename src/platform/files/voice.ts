import type { Turn } from '../fair-queue.ts'
import type { Decoder } from './decoder.ts'
import { soundOfBoxes } from './sound-boxes.ts'

/** A voice note made again. */
type Made = { readonly content: Buffer; readonly contentType: string }

/**
 * Makes a voice note again from its sound alone: the packets go into a fresh file as they are, and
 * whatever else stood in the old one (titles, places, devices, times, pictures) stays behind
 * (protection P18). The sound itself is not looked at: nothing here could tell a speaker
 * (protection P34).
 *
 * @returns the new file, or why there is none.
 */
export async function remakeVoice(
  decoder: Decoder,
  content: Buffer,
  turn: Turn,
): Promise<Made | { readonly lost: 'notAVoice' | 'trouble' }> {
  const none = { lost: 'notAVoice' } as const
  const { fileTypeFromBuffer } = await import('file-type')
  const type = (await fileTypeFromBuffer(content))?.mime ?? ''
  if (type === 'audio/amr') return remakeAmr(content) ?? none
  const inBoxes = isBoxes.has(type) ? soundOfBoxes(content) : undefined
  if (inBoxes !== undefined)
    return inBoxes.contentType === 'audio/amr' ? (remakeAmr(inBoxes.content) ?? none) : inBoxes
  const container = containers.get(type.split(';')[0] ?? '')
  if (container === undefined) return none
  const made = await decoder.decode({ kind: 'voice', content, about: { container } }, turn)
  if ('content' in made)
    return { content: Buffer.from(made.content), contentType: contentTypes[container] }
  return 'lost' in made && made.lost === 'trouble' ? { lost: 'trouble' } : none
}

/** Files of boxes: MP4 and what is like it. */
const isBoxes = new Set([
  'audio/mp4',
  'audio/x-m4a',
  'video/mp4',
  'video/3gpp',
  'audio/3gpp',
  'video/3gpp2',
  'video/quicktime',
])

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
  return end === amrHead.length
    ? undefined
    : { content: content.subarray(0, end), contentType: 'audio/amr' }
}
