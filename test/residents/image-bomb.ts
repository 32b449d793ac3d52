/**
 * A legal grey progressive JPEG of 2048 × 2048 points that goes over them `scans` times, in 16
 * bytes each: every coefficient of the blocks by itself, and every bit of it by itself. All points
 * are the same grey. ITU-T T.81, annexes B and G.
 */
export function jpegOfScans(scans: number): Buffer {
  const edge = 2_048
  const blocks = (edge / 8) ** 2
  const segment = (marker: number, ...bytes: readonly number[]) => [
    0xff,
    marker,
    (bytes.length + 2) >> 8,
    (bytes.length + 2) & 255,
    ...bytes,
  ]
  const table = (id: number, counts: readonly number[], symbols: readonly number[]) =>
    segment(0xc4, id, ...Array.from({ length: 16 }, (_, index) => counts[index] ?? 0), ...symbols)
  const scan = (
    from: number,
    to: number,
    before: number,
    after: number,
    points: readonly number[],
  ) => [...segment(0xda, 1, 1, 0, from, to, (before << 4) | after), ...points]
  // Twice "the next 32,767 blocks have nothing", and twice "this block has nothing".
  const nothing = [0x7f, 0xfe, 0xff, 0x00, 0xfe, 0xbf]
  const depth = 13
  const passes = Array.from({ length: 63 }, (_, index) => index + 1).flatMap((at) => [
    scan(at, at, 0, depth, nothing),
    ...Array.from({ length: depth }, (_, bit) =>
      scan(at, at, depth - bit, depth - bit - 1, nothing),
    ),
  ])
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xdb, 0, ...Array.from({ length: 64 }, () => 1)),
    ...segment(0xc2, 8, edge >> 8, edge & 255, edge >> 8, edge & 255, 1, 1, 0x11, 0),
    ...table(0x00, [1], [0]),
    ...table(0x10, [1, 1], [0xe0, 0x00]),
    ...scan(
      0,
      0,
      0,
      0,
      Array.from({ length: blocks / 8 }, () => 0),
    ),
    ...passes.slice(0, scans - 1).flat(),
    ...[0xff, 0xd9],
  ])
}
