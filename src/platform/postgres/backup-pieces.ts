import type { KeyRing } from '../sealing/key-ring.ts'

/**
 * A folder that is no whole backup, one that does not fit here, or a database that is not empty.
 * What to do is in the message.
 */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}

/** Bytes of a piece before it is sealed: bounds the memory. */
const pieceBytes = 1 << 20

const headBytes = 5

/**
 * Pieces that are sealed one by one, each bound to its backup, its table and its turn: none can be
 * moved, left out or cut off unseen.
 */
export async function* sealPieces(
  keys: KeyRing,
  place: string,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const state = { held: Buffer.alloc(0), nth: 0 }
  const piece = (content: Buffer, isLast: boolean) => {
    const sealed = keys.sealBytes(content, placeOf(place, state.nth++, isLast))
    const head = Buffer.alloc(headBytes)
    head.writeUInt32BE(sealed.length)
    head.writeUInt8(isLast ? 1 : 0, headBytes - 1)
    return Buffer.concat([head, sealed])
  }
  for await (const part of source) {
    state.held = Buffer.concat([state.held, part])
    if (state.held.length < pieceBytes) continue
    yield piece(state.held, false)
    state.held = Buffer.alloc(0)
  }
  yield piece(state.held, true)
}

/**
 * Opens the sealed pieces of a table. @throws BackupError where one was changed, moved or cut
 * off.
 */
export async function* openPieces(
  keys: KeyRing,
  called: string,
  place: string,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const state = { held: Buffer.alloc(0), nth: 0, isOver: false }
  const damaged = () =>
    new BackupError(`the table ${called} of the backup is damaged or cut short; use another one`)
  for await (const part of source) {
    state.held = Buffer.concat([state.held, part])
    for (;;) {
      if (state.held.length < headBytes) break
      const end = headBytes + state.held.readUInt32BE()
      if (end > 4 * pieceBytes || state.isOver) throw damaged()
      if (state.held.length < end) break
      state.isOver = state.held[headBytes - 1] === 1
      yield opened(
        () =>
          keys.openBytes(
            state.held.subarray(headBytes, end),
            placeOf(place, state.nth++, state.isOver),
          ),
        damaged,
      )
      state.held = state.held.subarray(end)
    }
  }
  if (!state.isOver || state.held.length > 0) throw damaged()
}

const placeOf = (place: string, nth: number, isLast: boolean) =>
  `backup:${place}:${nth}:${isLast ? 'last' : 'more'}`

/** Opens what a backup has sealed. @throws BackupError where the key is another one. */
export function opened(open: () => Buffer, otherwise: () => Error): Buffer {
  try {
    return open()
  } catch {
    throw otherwise()
  }
}
