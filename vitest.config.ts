import { defineConfig } from 'vitest/config'

/**
 * Tests that kill processes, restart copies under load, upgrade or restore: they take minutes, and
 * run by `npm run test:faults`. A shorter form of each is among the others (`faults-in-short`).
 */
const faults = [
  'test/fault/**/*.test.ts',
  'test/house/additions.test.ts',
  'test/house/build.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: more workers only wait for one another.
    maxWorkers: 2,
    // No module here holds state, so files that run in one process can share what they import: a
    // minute less.
    isolate: false,
    reporters: ['default'],
    globalSetup: ['test/servers/stores.setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
          exclude: faults,
        },
      },
      { extends: true, test: { name: 'faults', include: faults } },
    ],
  },
})
