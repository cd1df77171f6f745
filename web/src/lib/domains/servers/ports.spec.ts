import { describe, expect, it } from 'vitest';
import { fullness, isOpenToAll, portsSorted } from './ports.ts';

const port = (address: string, number: number) => ({
  protocol: 'tcp' as const,
  address,
  port: number,
  process: null,
  pid: null,
  uid: null,
  unit: null,
});

describe('listening ports', () => {
  it('knows what is open to every address', () => {
    expect(['0.0.0.0', '::', '*', '127.0.0.1', '192.0.2.1'].map((address) => isOpenToAll({ address }))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
  it('lists the open ones first, then by number', () => {
    expect(portsSorted([port('127.0.0.1', 25), port('0.0.0.0', 443), port('::', 22)]).map((row) => row.port)).toEqual([
      22, 443, 25,
    ]);
  });
});

describe('how full something is', () => {
  it.each([
    [0, 0, 0, 'fine'],
    [79, 100, 79, 'fine'],
    [80, 100, 80, 'high'],
    [96, 100, 96, 'full'],
  ] as const)('%i of %i', (used, size, percent, level) => expect(fullness(used, size)).toEqual({ percent, level }));
});
