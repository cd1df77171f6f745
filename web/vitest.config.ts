// Pure logic of the pages: no browser, no SvelteKit.
import { testBase } from '@muster/tooling/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({ ...testBase, test: { include: ['src/**/*.spec.ts'] } });
