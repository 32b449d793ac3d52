import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Decoder,
  decoderBounds,
  type EndedFor,
  openDecoder,
} from '../../src/platform/files/decoder.ts'
import { remakeVoice } from '../../src/platform/files/voice.ts'
import { makeVoiceNote } from '../residents/voice-note.ts'
import { workbookOf } from '../residents/zip-bomb.ts'

/** An element of no length: a reader that looks for the next one stands still. */
const endless = async () => {
  const note = await makeVoiceNote('webm', 'x')
  return Buffer.concat([note.subarray(0, 53), Buffer.from([0]), note.subarray(54)])
}

describe('P39 the largest files of strangers', () => {
  const open: Decoder[] = []
  const opened = (bounds: Partial<typeof decoderBounds> = {}) => {
    const ended: EndedFor[] = []
    const decoder = openDecoder((reason) => ended.push(reason), { ...decoderBounds, ...bounds })
    open.push(decoder)
    return { decoder, ended }
  }
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop()
  })

  it('senders take turns: another waits for one file of whoever sends many', async () => {
    const { decoder, ended } = opened({ cpuMs: { photo: 700, voice: 700, table: 700 } })
    const [note, bad] = [await makeVoiceNote('webm', 'x'), await endless()]
    const order: string[] = []
    const send = async (of: string, content: Buffer) => {
      const made = await remakeVoice(decoder, content, { of })
      order.push(`${of}:${'content' in made ? 'taken' : made.lost}`)
    }
    await Promise.all([...Array.from({ length: 8 }, () => send('flood', bad)), send('other', note)])
    expect(order.indexOf('other:taken')).toBe(1)
    expect(ended.length).toBe(8)
  })

  it('a workbook that unpacks to far too much is refused', async () => {
    const { decoder, ended } = opened()
    const content = workbookOf(400_000_000)
    expect(content.length).toBeLessThan(1_000_000)
    expect(await decoder.decode({ kind: 'table', content }, { of: 'a' })).toEqual({
      lost: 'damaged',
    })
    expect(ended.length).toBe(1)
  })

  it('a small AVIF of many points is refused by its header', async () => {
    const { decoder, ended } = opened()
    const content = await sharp({
      create: { width: 8_000, height: 7_900, channels: 3, background: 'red' },
    })
      .avif({ effort: 0 })
      .toBuffer()
    expect(content.length).toBeLessThan(20_000)
    expect(await decoder.decode({ kind: 'photo', content }, { of: 'a' })).toEqual({
      lost: 'tooLarge',
    })
    expect(ended).toEqual([])
  })

  it('the largest picture of a phone stays within the bounds', async () => {
    const { decoder, ended } = opened()
    const camera = await sharp({
      create: { width: 12_000, height: 9_000, channels: 3, background: 'gray' },
    })
      .jpeg()
      .toBuffer()
    expect(await decoder.decode({ kind: 'photo', content: camera }, { of: 'a' })).toHaveProperty(
      'content',
    )
    expect(
      await decoder.decode(
        { kind: 'photo', content: await readFile('test/files/iphone.heic') },
        { of: 'a' },
      ),
    ).toHaveProperty('content')
    expect(ended).toEqual([])
  })
})
