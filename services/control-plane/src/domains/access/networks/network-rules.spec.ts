import type { NetworkRule } from '@muster/contracts/access';
import { describe, expect, it } from 'vitest';
import { refusing } from './network-rules.ts';

const rule = (change: Partial<NetworkRule>, ...ranges: string[]): NetworkRule => ({
  for: 'people',
  role: null,
  mode: 'allow',
  ranges: ranges.map((range) => ({ range, label: '' })),
  ...change,
});
const office = rule({}, '192.0.2.0/24', '2001:db8::/48');
const person = (source: string, ...roles: string[]) => ({ side: 'people' as const, source, roles });

describe('an address', () => {
  it.each([
    ['comes in where there is no rule', [], person('203.0.113.9'), true],
    ['comes in from an allowed range', [office], person('192.0.2.7'), true],
    ['comes in over IPv6', [office], person('2001:db8::5'), true],
    ['stays out from anywhere else', [office], person('203.0.113.9'), false],
    ['stays out when it cannot be read', [office], person(''), false],
    ['stays out when it is denied', [rule({ mode: 'deny' }, '203.0.113.9')], person('203.0.113.9'), false],
    ['comes in beside what is denied', [rule({ mode: 'deny' }, '203.0.113.9')], person('203.0.113.8'), true],
    ['is not concerned by the rule of a program', [rule({ for: 'api' }, '192.0.2.1')], person('203.0.113.9'), true],
    [
      'is not concerned by the rule of another role',
      [rule({ role: 'owner' }, '192.0.2.1')],
      person('203.0.113.9', 'auditor'),
      true,
    ],
    [
      'is concerned by the rule of each role',
      [rule({ role: 'owner' }, '192.0.2.1')],
      person('203.0.113.9', 'auditor', 'owner'),
      false,
    ],
    ['needs all of its rules', [office, rule({ role: 'owner' }, '192.0.2.1')], person('192.0.2.7', 'owner'), false],
  ])('%s', (_, rules, caller, comesIn) => {
    expect(refusing(rules, caller) === null).toBe(comesIn);
  });
});
