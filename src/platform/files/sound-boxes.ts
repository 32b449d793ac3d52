/**
 * Takes the sound out of an MP4 or 3GP file where mediabunny knows no such codec: AMR, which older
 * phones record, and ALAC, which an iPhone's memos hold. Only the sound's own samples and what a
 * player needs to read them is kept; titles, places, devices, times and pictures stay behind
 * (protection P18). ISO/IEC 14496-12; 3GPP TS 26.244.
 */

/** A sound in a fresh file. */
type Sound = { readonly content: Buffer; readonly contentType: string }

type Box = { readonly type: string; readonly body: Buffer }

/** The sound of an MP4 or 3GP file; `undefined` where it has none of these, or is damaged. */
export function soundOfBoxes(file: Buffer): Sound | undefined {
  try {
    const moov = boxesOf(file).find(({ type }) => type === 'moov')
    for (const trak of moov === undefined
      ? []
      : boxesOf(moov.body).filter(({ type }) => type === 'trak')) {
      const sound = soundOfTrack(file, trak.body)
      if (sound !== undefined) return sound
    }
    return undefined
  } catch (error) {
    // A length or an offset that leads out of the file: it is damaged.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/**
 * The boxes that follow one another in a body. @throws {RangeError} when one is longer than the
 * body.
 */
function boxesOf(body: Buffer): readonly Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= body.length; ) {
    const short = body.readUInt32BE(at)
    const head = short === 1 ? 16 : 8
    const length =
      short === 0 ? body.length - at : short === 1 ? Number(body.readBigUInt64BE(at + 8)) : short
    if (length < head || at + length > body.length)
      throw new RangeError('a box that is longer than its file')
    boxes.push({
      type: body.toString('latin1', at + 4, at + 8),
      body: body.subarray(at + head, at + length),
    })
    at += length
  }
  return boxes
}

function inside(body: Buffer, ...path: readonly string[]): Buffer | undefined {
  const [name, ...rest] = path
  if (name === undefined) return body
  const box = boxesOf(body).find(({ type }) => type === name)
  return box === undefined ? undefined : inside(box.body, ...rest)
}

/** The bytes before a sample entry's own boxes. */
const soundEntryHead = 28

function soundOfTrack(file: Buffer, trak: Buffer): Sound | undefined {
  const table = inside(trak, 'mdia', 'minf', 'stbl')
  const description = table === undefined ? undefined : inside(table, 'stsd')
  if (table === undefined || description === undefined) return undefined
  const [entry] = boxesOf(description.subarray(8))
  if (entry === undefined) return undefined
  const samples = () => samplesOf(file, table)
  if (entry.type === 'samr')
    return {
      content: Buffer.concat([Buffer.from('#!AMR\n'), ...samples()]),
      contentType: 'audio/amr',
    }
  if (entry.type === 'sawb')
    return {
      content: Buffer.concat([Buffer.from('#!AMR-WB\n'), ...samples()]),
      contentType: 'audio/amr-wb',
    }
  if (entry.type !== 'alac') return undefined
  const cookie = boxesOf(entry.body.subarray(soundEntryHead)).find(({ type }) => type === 'alac')
  const times = inside(table, 'stts')
  const media = inside(trak, 'mdia', 'mdhd')
  if (cookie === undefined || times === undefined || media === undefined) return undefined
  const sound = {
    entry: entry.body.subarray(0, soundEntryHead),
    cookie: cookie.body,
    times,
    timescale: timescaleOf(media),
  }
  return { content: alacFile(sound, samples()), contentType: 'audio/mp4' }
}

const timescaleOf = (mdhd: Buffer) => mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12)

/**
 * The samples of a track, in order. @throws {RangeError} when a table or a sample leads out of the
 * file.
 */
function samplesOf(file: Buffer, table: Buffer): readonly Buffer[] {
  const sizes = inside(table, 'stsz')
  const runs = inside(table, 'stsc')
  const offsets = inside(table, 'stco') ?? inside(table, 'co64')
  if (sizes === undefined || runs === undefined || offsets === undefined)
    throw new RangeError('a table is missing')
  const isLong = inside(table, 'stco') === undefined
  const [fixed, count] = [sizes.readUInt32BE(4), sizes.readUInt32BE(8)]
  const chunks = offsets.readUInt32BE(4)
  const samples: Buffer[] = []
  let run = 0
  for (let chunk = 0; chunk < chunks && samples.length < count; chunk++) {
    // A run says how many samples each chunk has from its first one on.
    while (run + 1 < runs.readUInt32BE(4) && runs.readUInt32BE(8 + (run + 1) * 12) <= chunk + 1)
      run += 1
    const each = runs.readUInt32BE(8 + run * 12 + 4)
    let at = isLong
      ? Number(offsets.readBigUInt64BE(8 + chunk * 8))
      : offsets.readUInt32BE(8 + chunk * 4)
    for (let nth = 0; nth < each && samples.length < count; nth++) {
      const size = fixed === 0 ? sizes.readUInt32BE(12 + samples.length * 4) : fixed
      if (size === 0 || at + size > file.length)
        throw new RangeError('a sample that lies outside of its file')
      samples.push(file.subarray(at, at + size))
      at += size
    }
  }
  if (samples.length === 0) throw new RangeError('no sound')
  return samples
}

type Alac = {
  readonly entry: Buffer
  readonly cookie: Buffer
  readonly times: Buffer
  readonly timescale: number
}

/** A fresh file around ALAC samples: one track, one chunk, no times of recording, no names. */
function alacFile({ entry, cookie, times, timescale }: Alac, samples: readonly Buffer[]): Buffer {
  const duration = durationOf(times)
  const data = Buffer.concat([...samples])
  const ftyp = box('ftyp', Buffer.from('M4A \0\0\0\0M4A mp42isom', 'latin1'))
  const sizes = full(uint32s(0, samples.length, ...samples.map(({ length }) => length)))
  const moov = (offset: number) =>
    box(
      'moov',
      box(
        'mvhd',
        full(
          uint32s(0, 0, timescale, duration, 0x00010000),
          Buffer.from([1, 0]),
          Buffer.alloc(10),
          matrix,
          Buffer.alloc(24),
          uint32s(2),
        ),
      ),
      box(
        'trak',
        box(
          'tkhd',
          full(
            uint32s(0, 0, 1, 0, duration),
            Buffer.alloc(12),
            Buffer.from([1, 0, 0, 0]),
            matrix,
            uint32s(0, 0),
          ),
          7,
        ),
        box(
          'mdia',
          box('mdhd', full(uint32s(0, 0, timescale, duration), Buffer.from([0x55, 0xc4, 0, 0]))),
          box('hdlr', full(uint32s(0), Buffer.from('soun', 'latin1'), Buffer.alloc(13))),
          box(
            'minf',
            box('smhd', full(uint32s(0))),
            box('dinf', box('dref', full(uint32s(1), box('url ', full(), 1)))),
            box(
              'stbl',
              box('stsd', full(uint32s(1), box('alac', entry, box('alac', cookie)))),
              box('stts', times),
              box('stsc', full(uint32s(1, 1, samples.length, 1))),
              box('stsz', sizes),
              box('stco', full(uint32s(1, offset))),
            ),
          ),
        ),
      ),
    )
  const offset = ftyp.length + moov(0).length + 8
  return Buffer.concat([ftyp, moov(offset), box('mdat', data)])
}

/**
 * How long the samples last together. A table that says too much is cut: players reckon it again.
 */
function durationOf(times: Buffer): number {
  let sum = 0
  for (let nth = 0; nth < times.readUInt32BE(4); nth++)
    sum += times.readUInt32BE(8 + nth * 8) * times.readUInt32BE(12 + nth * 8)
  return Math.min(sum, 0xffffffff)
}

const matrix = uint32s(0x00010000, 0, 0, 0, 0x00010000, 0, 0, 0, 0x40000000)

/** A body that begins with a version and flags of nought. */
function full(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.alloc(4), ...parts])
}

function box(type: string, ...parts: readonly (Buffer | number)[]): Buffer {
  const flags = parts.find((part) => typeof part === 'number') ?? 0
  const body = Buffer.concat(parts.filter((part) => typeof part !== 'number'))
  if (flags !== 0) body.writeUInt32BE(flags, 0)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(body.length + 8, 0)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}

function uint32s(...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(numbers.length * 4)
  for (const [index, number] of numbers.entries()) buffer.writeUInt32BE(number >>> 0, index * 4)
  return buffer
}
