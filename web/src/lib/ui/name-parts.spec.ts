import { describe, expect, it } from 'vitest';
import { nameParts } from './name-parts.ts';

const marked = (text: string, names: string[]): string =>
  nameParts(text, names)
    .map(({ text: part, isName }) => (isName ? `[${part}]` : part))
    .join('');

describe('names in a sentence', () => {
  it('are found wherever they stand', () =>
    expect(marked('2 of 3 servers silent: fra-web-01 and fra-db-01.', ['fra-db-01', 'fra-web-01'])).toBe(
      '2 of 3 servers silent: [fra-web-01] and [fra-db-01.]',
    ));
  it('are taken as they are written, the longer one first', () =>
    expect(marked('a.b-1, axb-1 and a.b-10', ['a.b-1', 'a.b-10'])).toBe('[a.b-1,] axb-1 and [a.b-10]'));
  it('need not be there', () => {
    expect(marked('Nobody', [])).toBe('Nobody');
    expect(marked('Nobody', ['', 'x'])).toBe('Nobody');
  });
});
