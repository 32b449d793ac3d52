import * as media from 'mediabunny'

const formats = {
  ogg: media.OggOutputFormat,
  webm: media.WebMOutputFormat,
  mp4: media.Mp4OutputFormat,
} as const

/**
 * The packets of a second of "sound", as an encoder would give them: only who plays them could tell
 * that they are none.
 */
export const packets = Array.from(
  { length: 50 },
  (_, index) =>
    new Uint8Array([0xfc, ...Array.from({ length: 40 }, (__, at) => (index * 7 + at * 13) & 255)]),
)

/** A voice note as phones make them, with a title, a place and a device in it. */
export async function makeVoiceNote(
  container: keyof typeof formats,
  secret: string,
): Promise<Buffer> {
  const target = new media.BufferTarget()
  const output = new media.Output({ format: new formats[container](), target })
  const source = new media.EncodedAudioPacketSource('opus')
  output.addAudioTrack(source)
  output.setMetadataTags({
    title: `${secret}-TITLE`,
    artist: `${secret}-ARTIST`,
    comment: `${secret} 43.95,81.32`,
  })
  await output.start()
  const description = new Uint8Array([
    ...Buffer.from('OpusHead'),
    1,
    1,
    0x38,
    1,
    0x80,
    0xbb,
    0,
    0,
    0,
    0,
    0,
  ])
  for (const [index, packet] of packets.entries())
    await source.add(
      new media.EncodedPacket(packet, 'key', index * 0.02, 0.02),
      index === 0
        ? { decoderConfig: { codec: 'opus', numberOfChannels: 1, sampleRate: 48_000, description } }
        : undefined,
    )
  await output.finalize()
  return Buffer.from(target.buffer ?? new ArrayBuffer())
}

/** The packets of a voice note. */
export async function packetsOf(content: Buffer): Promise<readonly Uint8Array[]> {
  const input = new media.Input({
    source: new media.BufferSource(content),
    formats: media.ALL_FORMATS,
  })
  const track = await input.getPrimaryAudioTrack()
  const found: Uint8Array[] = []
  if (track !== null)
    for await (const packet of new media.EncodedPacketSink(track).packets()) found.push(packet.data)
  return found
}

/** One with an element of no length: a reader that looks for the next one stands still. */
export async function endlessVoiceNote(): Promise<Buffer> {
  const note = await makeVoiceNote('webm', 'x')
  return Buffer.concat([note.subarray(0, 53), Buffer.from([0]), note.subarray(54)])
}
