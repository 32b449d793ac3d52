/**
 * Work that this process does itself as soon as it is said that something waits, without a way
 * through the queue.
 */
export type AtOnce = {
  /** Begins the work where there is room for it; says whether it did. */
  readonly begin: (id: string) => boolean
  /** Ends when all that was begun has ended; nothing is begun from then on. */
  readonly close: () => Promise<void>
}

/**
 * Does work by its id, one piece at a time for each id: what is said while it is being done is done
 * once more after it. Work that fails is handed to `onFailure`, which must not throw.
 *
 * @param most how many pieces are done at once; further ones are not begun.
 */
export function doAtOnce(
  most: number,
  work: (id: string) => Promise<void>,
  onFailure: (id: string) => Promise<void>,
): AtOnce {
  /** Whether it was said again, for each id that is being worked on. */
  const inHand = new Map<string, { saidAgain: boolean }>()
  const ended = new Set<Promise<void>>()
  let isOpen = true
  const run = async (id: string, state: { saidAgain: boolean }) => {
    try {
      do {
        state.saidAgain = false
        await work(id)
      } while (state.saidAgain)
    } catch {
      await onFailure(id)
    } finally {
      inHand.delete(id)
    }
  }
  return {
    begin: (id) => {
      // After `close` nothing more is begun, not even for an id in hand: the queue gets it.
      if (!isOpen) return false
      const known = inHand.get(id)
      if (known !== undefined) {
        known.saidAgain = true
        return true
      }
      if (inHand.size >= most) return false
      const state = { saidAgain: false }
      inHand.set(id, state)
      const running = run(id, state)
      ended.add(running)
      void running.finally(() => ended.delete(running))
      return true
    },
    close: async () => {
      isOpen = false
      await Promise.all(ended)
    },
  }
}
