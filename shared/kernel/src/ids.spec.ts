import { describe, expect, it } from 'vitest';
import { v5 } from 'uuid';
import { derivedId, isUuid } from './ids.ts';

describe('a derived id', () => {
  it('is the UUID of version 5 of its parts, which stored ids were made of', () => {
    for (const parts of [['a'], ['bans.line', 'server', '17'], ['grün', '🙂', ''], [' '.repeat(5000)]]) {
      const id = derivedId(...parts);
      expect(id).toBe(v5(parts.join('\u001f'), '7b1c2f6e-5d0a-5c9e-9a43-3f1f0a9d6b11'));
      expect(isUuid(id)).toBe(true);
    }
  });
});
