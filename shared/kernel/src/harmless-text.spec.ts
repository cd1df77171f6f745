import { describe, expect, it } from 'vitest';
import { harmlessJson, harmlessText } from './harmless-text.ts';

describe('text of a stranger', () => {
  it.each([
    ['a terminal escape', '\u001b]0;owned\u0007sshd', '\ufffd]0;owned\ufffdsshd'],
    ['a one-byte escape', '\u009b31mred', '\ufffd31mred'],
    ['a line of its own', 'one\r\ntwo', 'one\ufffd\ufffdtwo'],
    ['a NUL', 'a\u0000b', 'a\ufffdb'],
    ['a turn of direction', 'photo\u202egpj.exe', 'photo\ufffdgpj.exe'],
    ['half a character', 'x\ud83d', 'x\ufffd'],
  ])('loses %s', (_, text, shown) => {
    expect(harmlessText(text)).toBe(shown);
  });

  it('keeps everything that is read', () => {
    for (const text of ['<b>&amp;=1+1', 'Grüße, 東京 🚀', 'a\u200db', '‘quoted’ – 100 %'])
      expect(harmlessText(text)).toBe(text);
  });
});

describe('a JSON value of a stranger', () => {
  it('loses what acts, wherever it stands, and keeps its shape', () => {
    const value: unknown = JSON.parse('{"a\\u0000":["x\\u001b",{"b":"\\u202e"},1,null,true],"__proto__":"\\u0007"}');
    const harmless = harmlessJson(value);
    expect(JSON.stringify(harmless)).toBe('{"a\ufffd":["x\ufffd",{"b":"\ufffd"},1,null,true],"__proto__":"\ufffd"}');
    expect(Object.getPrototypeOf(harmless)).toBe(Object.prototype);
  });
});
