import * as media from 'mediabunny'

const outputs = {
  Ogg: media.OggOutputFormat,
  WebM: media.WebMOutputFormat,
  Mp4: media.Mp4OutputFormat,
  Mp3: media.Mp3OutputFormat,
  Wav: media.WavOutputFormat,
  Adts: media.AdtsOutputFormat,
}

/** Copies the packets of the sound into a fresh file; throws where there are none. */
export async function remakeVoice(content, container) {
  const input = new media.Input({
    source: new media.BufferSource(content),
    formats: media.ALL_FORMATS,
  })
  const track = await input.getPrimaryAudioTrack()
  if (track?.codec == null) throw new Error('no sound')
  const target = new media.BufferTarget()
  const output = new media.Output({ format: new outputs[container](), target })
  const source = new media.EncodedAudioPacketSource(track.codec)
  output.addAudioTrack(source)
  await output.start()
  const decoderConfig = await track.getDecoderConfig()
  let packets = 0
  for await (const packet of new media.EncodedPacketSink(track).packets()) {
    await source.add(
      packet,
      packets === 0 && decoderConfig !== null ? { decoderConfig } : undefined,
    )
    packets += 1
  }
  await output.finalize()
  if (packets === 0) throw new Error('no sound')
  return { content: new Uint8Array(target.buffer) }
}
