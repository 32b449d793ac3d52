import { afterEach } from 'vitest'
import { type Decoder, decoderBounds, openDecoder } from '../../src/platform/files/decoder.ts'
import type { EndedFor } from '../../src/platform/process-bounds.ts'

/** Decoders for the tests of a file, each stopped after its test, with why its processes ended. */
export function decoders() {
  const open: Decoder[] = []
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop()
  })
  return (bounds: Partial<typeof decoderBounds> = {}) => {
    const ended: EndedFor[] = []
    const decoder = openDecoder((reason) => ended.push(reason), { ...decoderBounds, ...bounds })
    open.push(decoder)
    return { decoder, ended }
  }
}
