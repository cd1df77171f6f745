// The ledger's bodies are not under row-level security (ADR 0012), so the files that read them for a person are counted:
// each has to come in through a row that is.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const DOMAINS = join(import.meta.dirname, '../../services/control-plane/src/domains');

it('two files of the domains read events by themselves', () => {
  const sources = globSync('**/*.ts', { cwd: DOMAINS }).filter((file) => !file.endsWith('.spec.ts'));
  const readers = sources.filter((file) =>
    /\b(from|join) es\.events\b/.test(readFileSync(join(DOMAINS, file), 'utf8')),
  );
  expect(readers.sort()).toEqual(['audit/ledger-reader.ts', 'operations/queries/get-task.query.ts']);
});
