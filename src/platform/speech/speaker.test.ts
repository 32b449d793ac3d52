import { afterEach, describe, expect, it } from 'vitest'
import type { EndedFor } from '../process-bounds.ts'
import { openSpeaker, type Speaker } from './speaker.ts'

describe('the speaker', () => {
  let speaker: Speaker | undefined
  afterEach(() => speaker?.stop())
  const sentence = [{ voice: 'kk', text: 'Су жоқ. <b> & "' }]

  it('makes a sound that is small enough for a thin connection, and the same as WAV', async () => {
    speaker = openSpeaker()
    const ogg = await speaker.speak(sentence, 'ogg', { of: 'a' })
    const wav = await speaker.speak(sentence, 'wav', { of: 'a' })
    expect(ogg?.subarray(0, 4).toString()).toBe('OggS')
    expect(ogg?.includes('OpusHead')).toBe(true)
    expect(wav?.subarray(0, 4).toString()).toBe('RIFF')
    expect(wav?.readUInt32LE(40)).toBe((wav?.length ?? 0) - 44)
    // 12 kbit/s: a twentieth of the WAV's 353, and the head of the file.
    expect(ogg?.length).toBeLessThan((wav?.length ?? 0) / 12 + 1_500)
  })
  it('says different things differently, in each of its voices', async () => {
    speaker = openSpeaker()
    const sounds = []
    for (const [voice, text] of [
      ['ug', 'سۇ يوق'],
      ['kk', 'су жоқ'],
      ['cmn-latn-pinyin', 'mei2 you3 shui3'],
      ['en', 'J, W,'],
      ['kk', 'жеті'],
    ] as const)
      sounds.push((await speaker.speak([{ voice, text }], 'wav', { of: 'a' }))?.toString('base64'))
    expect(new Set(sounds).size).toBe(5)
    for (const sound of sounds) expect(sound?.length).toBeGreaterThan(10_000)
  })
  it('refuses what would have to wait for long, and takes turns', async () => {
    speaker = openSpeaker()
    const order: string[] = []
    const say = async (of: string) => {
      const sound = await speaker?.speak(sentence, 'ogg', { of })
      if (sound !== undefined) order.push(of)
    }
    await Promise.all([...Array.from({ length: 12 }, () => say('many')), say('one')])
    expect(order.filter((of) => of === 'many').length).toBeLessThan(12)
    expect(order.indexOf('one')).toBeLessThanOrEqual(2)
  })
  it('ends a process that takes too much, and goes on', async () => {
    const ended: EndedFor[] = []
    speaker = openSpeaker((reason) => ended.push(reason), {
      cpuMs: 8_000,
      wallMs: 15_000,
      residentBytes: 1,
    })
    const long = [{ voice: 'kk', text: 'су құбыры бұзылды. '.repeat(600) }]
    expect(await speaker.speak(long, 'ogg', { of: 'a' })).toBeUndefined()
    expect(ended).toEqual(['memory'])
  })
  it('makes no sound for somebody who has left, and goes on with the next', async () => {
    speaker = openSpeaker()
    const leaving = new AbortController()
    const long = [{ voice: 'kk', text: 'су құбыры бұзылды. '.repeat(600) }]
    const made = speaker.speak(long, 'ogg', { of: 'a', signal: leaving.signal })
    leaving.abort()
    expect(await made).toBeUndefined()
    expect(await speaker.speak(sentence, 'ogg', { of: 'b' })).toBeDefined()
  })
  it('is not there where its programs are not installed', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    try {
      const none = openSpeaker()
      expect(none.isThere).toBe(false)
      expect(await none.speak(sentence, 'ogg', { of: 'a' })).toBeUndefined()
    } finally {
      process.env['PATH'] = path
    }
  })
})
