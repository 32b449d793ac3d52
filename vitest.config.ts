import { defineConfig } from 'vitest/config'

/**
 * Tests that take long: they kill processes, restart copies under load, upgrade, seal or restore what
 * is there, start the program again and again, play a night or a month, or look at every page once
 * more. They run by `npm run test:faults`; a shorter form of each fault is among the others
 * (`faults-in-short`).
 */
const faults = [
  'test/fault/**/*.test.ts',
  'test/house/additions.test.ts',
  'test/house/build.test.ts',
  'test/e2e/demo.test.ts',
  'test/e2e/staff-pages-looks.test.ts',
  'test/protection/P05-keys-rotate.test.ts',
  'test/protection/P20-alike-months.test.ts',
  'test/protection/P36-seal-what-is-there.test.ts',
  'test/protection/P38-night.test.ts',
  'test/protection/P41-traces.test.ts',
  'test/protection/P44-keyed-record.test.ts',
  'test/protection/P44-two-accounts.test.ts',
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
      {
        extends: true,
        // Only what hangs ends by this: compiling a copy of the sources takes minutes where two slow
        // cores do more.
        test: { name: 'faults', include: faults, testTimeout: 600_000, hookTimeout: 600_000 },
      },
    ],
  },
})
