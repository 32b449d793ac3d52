import sharp from 'sharp'

/** Long enough an edge to read a meter by, short enough for a thin connection. */
const longestEdge = 1600
/**
 * A phone's camera makes up to 200 megapixels. JPEG is made smaller while it is decoded; the others
 * are not, and AVIF and HEIC take seconds and much memory.
 */
const mostPixels = { jpeg: 220_000_000, heif: 26_000_000, other: 64_000_000 }
/**
 * Pictures that follow one another: the first is shown, and more than these are no picture of a
 * phone.
 */
const mostPages = 200
/**
 * Cameras and programs write ten or so; each of them costs as much time as the whole picture
 * (protection P39).
 */
const mostScans = 50
const formats = new Set(['jpeg', 'png', 'webp', 'heif', 'gif'])

sharp.cache(false)
sharp.concurrency(1)

/** Makes a picture again as a JPEG without anything but its points; or says why not. */
export async function remakePhoto(content) {
  const isPicture = looksLikePicture(content)
  try {
    const {
      format,
      compression,
      width = 0,
      height = 0,
      pages = 1,
    } = await sharp(content, { limitInputPixels: false, failOn: 'none' }).metadata()
    if (!formats.has(format)) return { lost: 'notAPhoto' }
    if (format === 'jpeg' && (!hasPoints(content) || countScans(content) > mostScans))
      return { lost: 'damaged' }
    if (width * height > (mostPixels[format] ?? mostPixels.other)) return { lost: 'tooLarge' }
    if (pages > mostPages) return { lost: 'damaged' }
    return {
      content:
        format === 'heif' && compression !== 'av1'
          ? await remakeHeic(content)
          : await remakeBySharp(content, format),
    }
  } catch {
    if (isHeic(content))
      return remakeHeic(content).then(
        (made) => ({ content: made }),
        () => ({ lost: 'damaged' }),
      )
    return { lost: isPicture ? 'damaged' : 'notAPhoto' }
  }
}

/**
 * What every viewer shows is taken: a missing end and junk between the parts of a JPEG are no
 * reason to refuse it.
 */
async function remakeBySharp(content, format) {
  return smaller(
    sharp(content, {
      limitInputPixels: false,
      failOn: format === 'jpeg' ? 'none' : 'error',
    }).rotate(),
  )
}

/** An iPhone's pictures: sharp can't read them. */
async function remakeHeic(content) {
  const { default: decode } = await import('heic-decode')
  const { width, height, data } = await decode({ buffer: content })
  if (width * height > mostPixels.heif) throw new RangeError('too many points')
  // The same memory, not a copy of it: a picture of 24 megapixels is near 100 MB.
  return smaller(
    sharp(Buffer.from(data.buffer, data.byteOffset, data.byteLength), {
      raw: { width, height, channels: 4 },
    }).flatten({ background: '#fff' }),
  )
}

async function smaller(picture) {
  return picture
    .resize({ width: longestEdge, height: longestEdge, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .jpeg({ quality: 80 })
    .toBuffer()
}

const isHeic = (content) =>
  /^ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)/.test(content.toString('latin1', 4, 12))

/**
 * Whether a JPEG goes on as far as its points: what ends before them shows nothing anywhere. ITU-T
 * T.81, annex B.
 */
function hasPoints(content) {
  const scan = content.indexOf(Buffer.from([0xff, 0xda]))
  return scan !== -1 && content.length - scan > 14
}

/**
 * How often a JPEG goes over its points, as its markers say. What stands inside a segment, such as
 * a small picture of its own, and what follows the end are not counted. ITU-T T.81, annex B.
 */
function countScans(content) {
  const [endOfImage, startOfScan] = [0xd9, 0xda]
  let scans = 0
  let at = 2
  while (at + 3 < content.length) {
    const marker = content[at + 1]
    // Points, filling, restarts and bytes between the parts: they have no length.
    if (
      content[at] !== 0xff ||
      marker === 0 ||
      marker === 0xff ||
      (marker >= 0xd0 && marker <= 0xd8)
    ) {
      at++
      continue
    }
    if (marker === endOfImage) break
    if (marker === startOfScan) scans++
    at += 2 + content.readUInt16BE(at + 2)
  }
  return scans
}

/**
 * Whether a file begins as a picture does, so that what can't be read is damaged and not something
 * else.
 */
function looksLikePicture(content) {
  const head = content.toString('latin1', 0, 12)
  return (
    head.startsWith('\xff\xd8\xff') ||
    head.startsWith('\x89PNG') ||
    /^RIFF....WEBP/s.test(head) ||
    head.startsWith('GIF8') ||
    isHeic(content) ||
    head.includes('ftypavif')
  )
}
