import { defineConfig } from 'vitest/config'

export default defineConfig({
  ssr: {
    resolve: { conditions: ['@dml-crc/source', 'node', 'import', 'default'], externalConditions: ['@dml-crc/source'] },
  },
  resolve: { conditions: ['@dml-crc/source', 'node', 'import', 'default'] },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'scripts/**/*.test.mjs'],
    // Native libraries and worker threads do not mix.
    pool: 'forks',
    maxWorkers: 2,
    // For what hangs, not for what is slow: no test depends on how busy the machine is.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
