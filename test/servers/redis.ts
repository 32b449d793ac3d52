import { type ChildProcess, spawn } from 'node:child_process'

/** Starts a Redis server on loopback that keeps nothing on the disk. It may not answer yet. */
export function spawnRedis(
  port: number,
  folder: string,
  more: readonly string[] = [],
): ChildProcess {
  const keepsNothing = ['--save', '', '--appendonly', 'no']
  return spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...keepsNothing, ...more],
    { stdio: 'ignore' },
  )
}
