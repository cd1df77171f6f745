// Golden events: one file for every event version that was ever stored. They are written once, when a version is added, and
// never changed: a schema that no longer reads its file would no longer read what lies in ledgers.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventDefinition, events } from './index.ts';

const FOLDER = join(import.meta.dirname, '../golden/events');
const files = readdirSync(FOLDER).sort();

describe('what lies in ledgers stays readable', () => {
  it('has a golden file for the present version of every event', () => {
    const wanted = events.map((event) => `${event.type}@${event.version}.json`);
    expect(wanted.filter((name) => !files.includes(name))).toEqual([]);
  });

  it.each(files)('%s', (name) => {
    const [, type = '', version] = /^(.+)@(\d+)\.json$/.exec(name) ?? [];
    const definition = eventDefinition(type);
    const stored: unknown = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
    // An older version is read through its upcaster; none exists yet.
    expect(definition?.version).toBe(Number(version));
    expect(definition?.schema.parse(stored)).toEqual(stored);
  });
});
