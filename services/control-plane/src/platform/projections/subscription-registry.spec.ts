// Half-wired does not start: what commands wait for and what the worker follows are the same read models.
import { expect, test } from 'vitest';
import type { ReadModelKey } from './read-barrier.ts';
import { requireDeclared } from './subscription-registry.ts';

const PAGES: ReadModelKey = { name: 'read-model/pages', version: 1 };
const POLICY = { name: 'policy/anything', version: 1 };

test('a worker follows what is declared, its policies, and versions that are still being filled', () => {
  expect(() => requireDeclared([PAGES], [PAGES, POLICY, { ...PAGES, version: 2 }])).not.toThrow();
});

test('a read model that nobody declared stops the start with what to do', () => {
  expect(() => requireDeclared([], [PAGES])).toThrow(
    "read-model/pages@1: add it to readModels in its domain's module, or no command waits for it",
  );
});

test.each([[], [{ ...PAGES, version: 2 }]])('so does one that is declared and not followed, beside %o', (...added) => {
  expect(() => requireDeclared([PAGES], added)).toThrow(
    "read-model/pages@1: declared in readModels of its domain's module, but added to no registry",
  );
});
