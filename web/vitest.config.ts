// Pure logic of the pages: no browser, no SvelteKit. The pages' own tsconfig extends one that `svelte-kit sync` makes;
// tests take their own, so that they run in a clone where nothing was built yet.
import { fileURLToPath } from 'node:url';
import { testBase } from '@muster/tooling/vitest';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  ...testBase,
  root: here('.'),
  tsconfig: here('tsconfig.spec.json'),
  test: { name: 'web', include: ['src/**/*.spec.ts'] },
});
