import { readFile } from 'node:fs/promises'

/** Why a process was ended. */
export type EndedFor = 'time' | 'memory' | 'fault'

/**
 * What a process may use for one piece of work: how long it may compute and how long that may take
 * by the clock, in milliseconds, and how much memory it may hold, in bytes.
 */
export type ProcessBounds = {
  readonly cpuMs: number
  readonly wallMs: number
  readonly residentBytes: number
}

/** How often a process is looked at, in milliseconds. */
const lookEveryMs = 50

/**
 * Looks at a process, and says when it has used up its time or memory. Where there is no `/proc`,
 * the clock alone is looked at.
 */
export function watchProcess(
  pid: number,
  { cpuMs, wallMs, residentBytes }: ProcessBounds,
  tell: (reason: EndedFor) => void,
): { readonly stop: () => void } {
  const before = usageOf(pid)
  const late = setTimeout(tell, wallMs, 'time')
  const look = setInterval(() => {
    void Promise.all([before, usageOf(pid)]).then(([first, now]) => {
      if (first === undefined || now === undefined) return
      if (now.residentBytes > residentBytes) tell('memory')
      else if (now.cpuMs - first.cpuMs > cpuMs) tell('time')
    })
  }, lookEveryMs)
  return {
    stop: () => {
      clearTimeout(late)
      clearInterval(look)
    },
  }
}

/**
 * Linux counts time in hundredths of a second and memory in pages of 4 KiB on the processors that
 * we run on. `man 5 proc`.
 */
const [tickMs, pageBytes] = [10, 4_096] as const

/**
 * What a process has computed and how much memory it holds now; `undefined` where that can't be
 * seen.
 */
async function usageOf(
  pid: number,
): Promise<{ readonly cpuMs: number; readonly residentBytes: number } | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // After the name, which may hold anything, come the state and then numbers: utime is the 12th
    // of them, rss the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
      residentBytes: Number(fields[21]) * pageBytes,
    }
  } catch {
    return undefined
  }
}
