// Runs in a thread of its own, which can be ended: a file made for it keeps the reader busy for ever.
// Plain JavaScript, as a thread is started from the file itself, built or not.
import { parentPort } from 'node:worker_threads'
import * as media from 'mediabunny'

const outputs = {
  Ogg: media.OggOutputFormat,
  WebM: media.WebMOutputFormat,
  Mp4: media.Mp4OutputFormat,
  Mp3: media.Mp3OutputFormat,
  Wav: media.WavOutputFormat,
  Adts: media.AdtsOutputFormat,
}

/** Copies the packets of the sound into a fresh file; `undefined` where there are none. */
async function remux({ content, container }) {
  const input = new media.Input({ source: new media.BufferSource(content), formats: media.ALL_FORMATS })
  const track = await input.getPrimaryAudioTrack()
  if (track?.codec == null) return undefined
  const target = new media.BufferTarget()
  const output = new media.Output({ format: new outputs[container](), target })
  const source = new media.EncodedAudioPacketSource(track.codec)
  output.addAudioTrack(source)
  await output.start()
  const decoderConfig = await track.getDecoderConfig()
  let packets = 0
  for await (const packet of new media.EncodedPacketSink(track).packets()) {
    await source.add(packet, packets === 0 && decoderConfig !== null ? { decoderConfig } : undefined)
    packets += 1
  }
  await output.finalize()
  return packets === 0 ? undefined : new Uint8Array(target.buffer)
}

// What can't be read is no recording: the caller tells the sender what would be right.
parentPort.on('message', (asked) => {
  remux(asked).then(
    (made) => parentPort.postMessage(made),
    () => parentPort.postMessage(undefined),
  )
})
