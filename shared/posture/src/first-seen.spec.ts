// What came after a server was taken on is new until it goes; coming back makes it new again.
import { expect, it } from 'vitest';
import { firstSeen } from './first-seen.ts';
import type { ProbedHost } from './host.ts';

function server() {
  const state = { now: 1_795_000_000, kept: null as string | null };
  const host: ProbedHost = {
    run: () => Promise.resolve({ code: 0, stdout: `${state.now}\n`, stderr: '' }),
    read: () => Promise.resolve({ state: 'absent' }),
    recall: () => Promise.resolve(state.kept),
    keep(_, text) {
      state.kept = text;
      return Promise.resolve();
    },
  };
  const look = async (items: string[], complete = true) => {
    state.now += 3600;
    const seen = await firstSeen(host, 'keys', items, complete);
    return items.filter((item) => seen.newSince(item) !== null);
  };
  return { state, look };
}

it('knows what came later, whatever was there when it began', async () => {
  const { look } = server();
  expect(await look(['a', 'b'])).toEqual([]);
  expect(await look(['a', 'b', 'c'])).toEqual(['c']);
  expect(await look(['b', 'c'])).toEqual(['c']);
  expect(await look(['a', 'b', 'c'])).toEqual(['a', 'c']);
});

it('forgets nothing because something could not be read', async () => {
  const { look } = server();
  await look(['a', 'b']);
  await look(['a'], false);
  expect(await look(['a', 'b'])).toEqual([]);
});

it('begins anew with a ledger that nobody can read', async () => {
  const { state, look } = server();
  await look(['a']);
  state.kept = '{"broken';
  expect(await look(['a', 'b'])).toEqual([]);
});
