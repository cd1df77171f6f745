// What agentd knows of the probes without loading them.
import { expect, it } from 'vitest';
import { networkProbes } from './network-probes.ts';
import { probes } from './probes.ts';
import { timetable } from './timetable.ts';

it('lists every probe of the catalogue in its order', () => {
  expect(timetable.map(({ name }) => name)).toEqual(probes.map(({ name }) => name));
});

it('has every probe that needs the network among those that agentd can load alone', () => {
  const named = timetable.filter(({ network }) => network).map(({ name }) => name);
  expect(networkProbes.map(({ name }) => name)).toEqual(named);
  expect(named.length).toBeGreaterThan(0);
});
