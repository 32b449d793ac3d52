import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Without times of an earlier run the smallest file would come last: the fault suite's is small,
 * and takes more than a minute.
 */
class FaultsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFault = ({ moduleId }: TestSpecification) => moduleId.includes('/test/fault/')
    const sorted = await super.sort(files)
    return [...sorted.filter(isFault), ...sorted.filter((file) => !isFault(file))]
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    globalSetup: ['test/stores.setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: more workers only wait for one another.
    maxWorkers: 2,
    sequence: { sequencer: FaultsFirst },
    // No module here holds state, so files that run in one process can share what they import: a
    // minute less.
    isolate: false,
    reporters: ['default'],
  },
})
