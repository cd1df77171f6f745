import { commands, queries } from '../index.ts';
import { describe, expect, it } from 'vitest';
import { endpoints } from './index.ts';

describe('the table of endpoints', () => {
  it('has every query and command of the catalogue, and nothing else', () => {
    const named = [...queries, ...commands].map((definition) => definition.name);
    expect(Object.keys(endpoints).sort()).toEqual(named.sort());
  });
  it('takes path parameters from the inputs that the contract has', () => {
    for (const definition of [...queries, ...commands]) {
      const path = endpoints[definition.name]?.[1] ?? '';
      const shape = 'shape' in definition.input ? Object.keys(definition.input.shape as object) : [];
      for (const [, parameter] of path.matchAll(/:(\w+)/g)) expect(shape, definition.name).toContain(parameter);
    }
  });
});
