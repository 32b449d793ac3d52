import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    globalSetup: ['test/stores.setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: more workers only wait for one another.
    maxWorkers: 2,
    // No module here holds state, so files that run in one process can share what they import: a minute less.
    isolate: false,
    reporters: ['default'],
  },
})
