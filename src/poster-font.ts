import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { inflateSync } from 'node:zlib'

const require = createRequire(import.meta.url)

/**
 * A font of @fontsource as TrueType: WOFF unpacked once (W3C, WOFF File Format 1.0). Read packed, fontkit would inflate the
 * table of all glyphs anew for each one, which takes seconds for Chinese.
 */
export function readFont(file: string): Buffer {
  const woff = readFileSync(require.resolve(`@fontsource/${file}`))
  const count = woff.readUInt16BE(12)
  const tables = Array.from({ length: count }, (_, index) => {
    const entry = woff.subarray(44 + index * 20, 64 + index * 20)
    const [offset, packed, size] = [entry.readUInt32BE(4), entry.readUInt32BE(8), entry.readUInt32BE(12)]
    const body = woff.subarray(offset, offset + packed)
    return { tag: entry.subarray(0, 4), checksum: entry.readUInt32BE(16), body: packed < size ? inflateSync(body) : body }
  })
  const header = Buffer.alloc(12 + 16 * count)
  header.writeUInt32BE(woff.readUInt32BE(4), 0)
  header.writeUInt16BE(count, 4)
  const exponent = Math.floor(Math.log2(count))
  header.writeUInt16BE(2 ** exponent * 16, 6)
  header.writeUInt16BE(exponent, 8)
  header.writeUInt16BE(count * 16 - 2 ** exponent * 16, 10)
  const parts: Buffer[] = [header]
  let at = header.length
  for (const [index, { tag, checksum, body }] of tables.entries()) {
    tag.copy(header, 12 + index * 16)
    header.writeUInt32BE(checksum, 16 + index * 16)
    header.writeUInt32BE(at, 20 + index * 16)
    header.writeUInt32BE(body.length, 24 + index * 16)
    const padding = Buffer.alloc((4 - (body.length % 4)) % 4)
    parts.push(body, padding)
    at += body.length + padding.length
  }
  return Buffer.concat(parts)
}
