import { describe, expect, it } from 'vitest';
import { commands, events, liveTopics, permissions, queries, tasks } from './index.ts';

const duplicates = (names: readonly string[]) => names.filter((name, index) => names.indexOf(name) !== index);

describe('the catalogue is closed', () => {
  it('names everything once', () => {
    for (const list of [events.map((e) => e.type), permissions.map((p) => p.name), tasks.map((t) => t.name)]) {
      expect(duplicates(list)).toEqual([]);
    }
    expect(duplicates([...commands, ...queries].map((c) => c.name))).toEqual([]);
    expect(duplicates(liveTopics.map((t) => t.name))).toEqual([]);
  });

  it.each(events.map((e) => [e.type, e] as const))('%s has a sentence and an example that fits its schema', (_, e) => {
    expect(e.sentence.length).toBeGreaterThan(10);
    expect(e.schema.parse(e.example)).toEqual(e.example);
  });

  it('lets every command and query name a permission that is declared', () => {
    const declared = new Set(permissions);
    for (const item of [...commands, ...queries, ...liveTopics]) expect(declared.has(item.permission)).toBe(true);
  });
});
