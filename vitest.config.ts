// Which test runs where. `unit` is pure and needs nothing; `integration` gets a real PostgreSQL and Redis; `browser`,
// `chaos` and `lab` need Chromium, Redis and root, and Docker, and are run by the test command when the machine has them.
import { configDefaults, defineConfig } from 'vitest/config';
import { testBase } from './shared/tooling/vitest.base.ts';

const built = ['**/dist/**', '**/build/**', '**/.svelte-kit/**'];
const special = ['**/*.int.spec.ts', '**/*.browser.spec.ts', '**/*.lab.spec.ts', '**/*.chaos.spec.ts'];

export default defineConfig({
  test: {
    projects: [
      './web/vitest.config.ts',
      {
        ...testBase,
        test: {
          name: 'unit',
          include: ['**/*.spec.ts'],
          exclude: [...configDefaults.exclude, ...built, ...special, 'web/**'],
        },
      },
      {
        ...testBase,
        test: {
          name: 'integration',
          include: ['**/*.int.spec.ts'],
          exclude: [...configDefaults.exclude, ...built],
          globalSetup: ['test/support/services.setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...testBase,
        test: {
          name: 'browser',
          include: ['test/e2e/**/*.browser.spec.ts'],
          globalSetup: ['test/support/services.setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          maxConcurrency: 3,
        },
      },
      {
        ...testBase,
        test: {
          name: 'chaos',
          include: ['test/chaos/*.chaos.spec.ts'],
          testTimeout: 240_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        ...testBase,
        test: {
          name: 'lab',
          include: ['test/**/*.lab.spec.ts'],
          globalSetup: ['test/lab/lab.setup.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
