import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { commands, events, liveTopics, permissions, permissionsOf, queries, tasks } from './index.ts';

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

  it('opens every command and query by one permission of its own, with a sentence and a risk', () => {
    const actions = [...commands, ...queries];
    expect(permissions.map((permission) => permission.opens)).toEqual(actions.map((action) => action.name));
    for (const { name, sentence, risk } of permissions) {
      expect(name).toMatch(/^[a-z]+\.[a-z0-9-]+\.[a-z]+$/);
      expect(sentence.length).toBeGreaterThan(10);
      expect(['low', 'medium', 'high', 'critical']).toContain(risk);
    }
  });

  it('names a field of the input where a permission is about one thing', () => {
    for (const { name, permission, input } of [...commands, ...queries]) {
      if (typeof permission.on === 'string') continue;
      expect(Object.keys((input as z.ZodObject).shape), name).toContain(permission.on[1]);
    }
  });

  it('lets every live topic follow a query', () => {
    const known = new Set(queries.map((query) => query.name));
    for (const topic of liveTopics) expect(known.has(topic.query), topic.name).toBe(true);
  });
});

describe('built-in roles', () => {
  const risky = new Set(permissions.filter(({ risk }) => risk === 'critical').map(({ name }) => name));

  it('let the auditor read everything and change nothing', () => {
    const auditor = permissionsOf('auditor');
    for (const permission of permissions.filter(({ on }) => on !== 'self')) {
      expect(auditor.has(permission.name), permission.name).toBe(!permission.changes);
    }
  });

  it('keep the contractor narrower than the operator, and from what cannot be undone', () => {
    const [contractor, operator] = [permissionsOf('contractor'), permissionsOf('operator')];
    expect(contractor.size).toBeLessThan(operator.size);
    for (const name of contractor) expect(risky.has(name), name).toBe(false);
  });

  it('give a client’s own people nothing outside of their client', () => {
    for (const name of [...permissionsOf('client-admin'), ...permissionsOf('client-viewer')]) {
      expect(name.split('.')[0]).toBe('clients');
    }
  });
});
