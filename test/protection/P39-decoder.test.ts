import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { jpegOfScans } from '../residents/image-bomb.ts'
import { endlessVoiceNote } from '../residents/voice-note.ts'
import { webChatPerson } from '../residents/webchat-person.ts'
import { decoders } from '../servers/decoder.ts'
import { startService } from '../servers/service.ts'

const small = () =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: 'green' } })
    .jpeg()
    .toBuffer()
/** A picture that takes a while: 60 megapixels of a PNG, which is decoded whole. */
const slow = () =>
  sharp({ create: { width: 10_000, height: 6_000, channels: 3, background: 'blue' } })
    .png({ compressionLevel: 1 })
    .toBuffer()

describe('P39 files of strangers', () => {
  const opened = decoders()

  it('a legal picture with 800 scans is refused by its header, and one of ten is taken', async () => {
    const { decoder, ended } = opened()
    expect(await decoder.decode({ kind: 'photo', content: jpegOfScans(800) }, { of: 'a' })).toEqual(
      { lost: 'damaged' },
    )
    expect(
      await decoder.decode({ kind: 'photo', content: jpegOfScans(10) }, { of: 'a' }),
    ).toHaveProperty('content')
    expect(ended).toEqual([])
  })

  it('what computes for too long is ended, its sender told, and the next one taken', async () => {
    const { decoder, ended } = opened()
    const [bomb, next] = await Promise.all([
      decoder.decode(
        { kind: 'voice', content: await endlessVoiceNote(), about: { container: 'WebM' } },
        { of: 'a' },
      ),
      decoder.decode({ kind: 'photo', content: await small() }, { of: 'b' }),
    ])
    expect([bomb, 'content' in next, ended]).toEqual([{ lost: 'damaged' }, true, ['time']])
  })

  it('what takes too much memory is ended', async () => {
    const { decoder, ended } = opened({ residentBytes: 90_000_000 })
    expect(await decoder.decode({ kind: 'photo', content: await slow() }, { of: 'a' })).toEqual({
      lost: 'damaged',
    })
    expect(ended).toEqual(['memory'])
  })

  // Before: 25 bad voice notes of 3 KB made another's wait 50 s.

  it('of one sender ten files wait; more are told to come again', async () => {
    const { decoder } = opened()
    const content = await small()
    const results = await Promise.all(
      Array.from({ length: 15 }, () => decoder.decode({ kind: 'photo', content }, { of: 'flood' })),
    )
    expect(
      results.filter((result) => 'lost' in result && result.lost === 'trouble').length,
    ).toBeGreaterThanOrEqual(4)
    expect(results.filter((result) => 'content' in result).length).toBeGreaterThanOrEqual(10)
  })

  it('whoever goes is not decoded for', async () => {
    const { decoder, ended } = opened()
    const [working, waiting] = [new AbortController(), new AbortController()]
    const first = decoder.decode(
      { kind: 'photo', content: await slow() },
      { of: 'a', signal: working.signal },
    )
    const second = decoder.decode(
      { kind: 'photo', content: await small() },
      { of: 'b', signal: waiting.signal },
    )
    waiting.abort()
    working.abort()
    expect([await first, await second, ended]).toEqual([
      { lost: 'trouble' },
      { lost: 'trouble' },
      [],
    ])
    expect(
      await decoder.decode({ kind: 'photo', content: await small() }, { of: 'c' }),
    ).toHaveProperty('content')
  })
})

describe('P39 a sender who goes while a file is decoded', () => {
  it('is not decoded for any more, and many files over one connection leave nothing behind', async () => {
    const service = await startService()
    const warnings: string[] = []
    const warn = (warning: Error) => void warnings.push(warning.name)
    process.on('warning', warn)
    try {
      const resident = webChatPerson(() => service.url)
      await resident.says('/start v_YL010101')
      const leave = new AbortController()
      const upload = fetch(
        `${service.url}/channels/webchat/files?id=${crypto.randomUUID()}&kind=voice`,
        {
          method: 'POST',
          headers: { 'content-type': 'audio/webm', cookie: resident.cookie() },
          body: new Uint8Array(await endlessVoiceNote()),
          signal: leave.signal,
        },
      )
      setImmediate(() => leave.abort())
      await expect(upload).rejects.toThrow()
      const content = await small()
      for (let time = 0; time < 15; time++)
        expect((await resident.sendsFile('photo', content, 'image/jpeg')).status).toBe(202)
      expect(warnings).toEqual([])
    } finally {
      process.off('warning', warn)
      await service.stopAll()
    }
  })
})
