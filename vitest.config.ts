import { defineConfig } from 'vitest/config'

const tests = ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'scripts/**/*.test.mjs']

/** Those that start browsers, servers, compilers or whole commands, kill processes, or run networks of full size. */
const system = '**/*.system.test.*'

/** The files that change what a process has but once, or measure it: its engines, its decoder, the tensors that it keeps. */
const inOwnProcess = [
  'packages/engine/src/**/*.test.ts',
  'packages/datasets/src/images/without-turbo.test.ts',
  'packages/backbones/src/fine-tuning.test.ts',
]

// Two processes use all processors: with more threads each would wait for the other's.
const env = { DML_CRC_THREADS: '1' }

export default defineConfig({
  ssr: {
    resolve: { conditions: ['@dml-crc/source', 'node', 'import', 'default'], externalConditions: ['@dml-crc/source'] },
  },
  resolve: { conditions: ['@dml-crc/source', 'node', 'import', 'default'] },
  test: {
    // Native libraries and worker threads do not mix.
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: 'scripts/build-for-tests.mjs',
    // For what hangs, not for what is slow: no test depends on how busy the machine is.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    projects: [
      // Most files share the two processes, where the libraries are loaded once.
      {
        extends: true,
        test: { name: 'shared', isolate: false, include: tests, exclude: [...inOwnProcess, system], env },
      },
      { extends: true, test: { name: 'alone', include: inOwnProcess, exclude: [system] } },
      {
        extends: true,
        test: { name: 'system', include: [system], exclude: ['**/node_modules/**', '**/dist/**'], env },
      },
    ],
  },
})
