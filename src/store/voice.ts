import { fileTypeFromBuffer } from 'file-type'

/** A voice note made anew. */
type Made = { readonly content: Buffer; readonly contentType: string }

/**
 * Makes a voice note anew from its sound alone: the packets go into a fresh file as they are, and whatever else stood in the
 * old one (titles, places, devices, times, pictures) stays behind (protection P18). The sound itself is not looked at: nothing
 * here could tell a speaker (protection P34).
 *
 * @returns `undefined` when it is no voice note that can be read.
 */
export async function remakeVoice(content: Buffer): Promise<Made | undefined> {
  const type = (await fileTypeFromBuffer(content))?.mime ?? ''
  if (type === 'audio/amr') return remakeAmr(content)
  const container = containers.get(type.split(';')[0] ?? '')
  return container === undefined ? undefined : remux(content, container)
}

const containers: ReadonlyMap<string, 'Ogg' | 'WebM' | 'Mp4' | 'Mp3' | 'Wav' | 'Adts'> = new Map([
  ['audio/ogg', 'Ogg'],
  ['audio/opus', 'Ogg'],
  ['application/ogg', 'Ogg'],
  ['audio/webm', 'WebM'],
  ['video/webm', 'WebM'],
  ['audio/mp4', 'Mp4'],
  ['audio/x-m4a', 'Mp4'],
  ['video/mp4', 'Mp4'],
  ['audio/mpeg', 'Mp3'],
  ['audio/wav', 'Wav'],
  ['audio/aac', 'Adts'],
])

async function remux(content: Buffer, container: 'Ogg' | 'WebM' | 'Mp4' | 'Mp3' | 'Wav' | 'Adts'): Promise<Made | undefined> {
  // Loaded when the first voice note comes: most processes never need it.
  const media = await import('mediabunny')
  const formats = {
    Ogg: { output: new media.OggOutputFormat(), contentType: 'audio/ogg' },
    WebM: { output: new media.WebMOutputFormat(), contentType: 'audio/webm' },
    Mp4: { output: new media.Mp4OutputFormat(), contentType: 'audio/mp4' },
    Mp3: { output: new media.Mp3OutputFormat(), contentType: 'audio/mpeg' },
    Wav: { output: new media.WavOutputFormat(), contentType: 'audio/wav' },
    Adts: { output: new media.AdtsOutputFormat(), contentType: 'audio/aac' },
  } as const
  const { output: format, contentType } = formats[container]
  const input = new media.Input({ source: new media.BufferSource(content), formats: media.ALL_FORMATS })
  try {
    const track = await input.getPrimaryAudioTrack()
    if (track?.codec == null) return undefined
    const target = new media.BufferTarget()
    const output = new media.Output({ format, target })
    const source = new media.EncodedAudioPacketSource(track.codec)
    output.addAudioTrack(source)
    await output.start()
    const config = await track.getDecoderConfig()
    const count = { packets: 0 }
    for await (const packet of new media.EncodedPacketSink(track).packets()) {
      await source.add(packet, count.packets === 0 && config !== null ? { decoderConfig: config } : undefined)
      count.packets += 1
    }
    await output.finalize()
    return count.packets === 0 || target.buffer === null ? undefined : { content: Buffer.from(target.buffer), contentType }
  } catch {
    // Not a recording that can be read: the caller tells the sender what would be right.
    return undefined
  } finally {
    input.dispose()
  }
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
