// A stop takes its last steps in order, and neither a step that fails nor one that hangs stands in the way of the next.
import { expect, it } from 'vitest';
import { finish } from './ending.ts';

it('takes each step after the one before it', async () => {
  const taken: string[] = [];
  const step = (what: string) =>
    [
      what,
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        taken.push(what);
      },
    ] as const;
  const said: string[] = [];
  await finish([step('first'), step('second')], (message) => void said.push(message));
  expect([taken, said]).toEqual([['first', 'second'], []]);
});

it('goes on after a step that fails or hangs, and says which', async () => {
  const said: [string, unknown][] = [];
  let reached = false;
  await finish(
    [
      ['the ban log', () => Promise.reject(new Error('no space left'))],
      ['the memory', () => new Promise(() => undefined)],
      [
        'the spool',
        () => {
          reached = true;
          return Promise.resolve();
        },
      ],
    ],
    (message, fields) => void said.push([message, fields?.['error']]),
    20,
  );
  expect(reached).toBe(true);
  expect(said).toEqual([
    ['the ban log could not be finished', 'no space left'],
    ['the memory took longer than 20 ms and is left as it is', undefined],
  ]);
});
