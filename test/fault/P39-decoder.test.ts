import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { remakeVoice } from '../../src/platform/files/voice.ts'
import { endlessVoiceNote, makeVoiceNote } from '../residents/voice-note.ts'
import { workbookOf } from '../residents/zip-bomb.ts'
import { decoders } from '../servers/decoder.ts'

describe('P39 the largest files of strangers', () => {
  const opened = decoders()

  it('senders take turns: where one sends many files, another waits for only one of them', async () => {
    const { decoder, ended } = opened({ cpuMs: { photo: 700, voice: 700, table: 700 } })
    const [note, bad] = [await makeVoiceNote('webm', 'x'), await endlessVoiceNote()]
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
