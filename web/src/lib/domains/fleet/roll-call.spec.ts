import type { Attention } from '@muster/contracts/fleet';
import type { ServerRow } from '@muster/contracts/servers';
import { describe, expect, it } from 'vitest';
import { byGroup, fleetTitle, inGroup, rollMarks } from './roll-call.ts';

function server(
  name: string,
  presence: ServerRow['presence'] = 'present',
  groups: ServerRow['groups'] = [],
): ServerRow {
  return {
    serverId: `id-${name}`,
    name,
    hostname: name,
    presence,
    heardAt: null,
    since: null,
    confirmed: true,
    observeOnly: false,
    simulated: false,
    agentVersion: '0.1.0',
    tags: [],
    groups,
    os: null,
    address: null,
    openTasks: 0,
    bans: 'held',
  };
}
const things = (count: number): { attention: Attention[] } => ({
  attention: Array.from({ length: count }, () => ({
    kind: 'servers-silent',
    severity: 'critical',
    since: '2026-11-20T02:31:00Z',
    subject: { serverIds: [], names: [], id: null, text: null, until: null, count: null },
  })),
});

describe('the title of the fleet', () => {
  it.each([
    [[], 0, 'No server is enrolled yet.'],
    [[server('a')], 0, 'Your one server answers. Nothing needs you.'],
    [[server('a', 'silent')], 1, 'Your one server does not answer. One thing needs you.'],
    [[server('a'), server('b')], 0, 'All 2 servers answer. Nothing needs you.'],
    [[server('a'), server('b', 'silent'), server('c')], 6, '2 of 3 servers answer. Six things need you.'],
    [[server('a'), server('b', 'silent')], 0, '1 of 2 servers answers. Nothing needs you.'],
    [[server('a'), server('old', 'retired')], 0, 'Your one server answers. Nothing needs you.'],
  ] as const)('answers the page’s question', (roll, count, title) => {
    expect(fleetTitle(things(count), roll)).toBe(title);
  });
});

describe('the roll', () => {
  const web = [{ groupId: 'g1', name: 'Web' }];
  it('lists each server once, those without a group last', () => {
    const groups = byGroup([
      server('lone'),
      server('w1', 'present', web),
      server('w2', 'present', [...web, { groupId: 'g0', name: 'All' }]),
    ]);
    expect(groups.map((group) => [group.name, group.servers.map((row) => row.name)])).toEqual([
      ['Web', ['w1', 'w2']],
      ['In no group', ['lone']],
    ]);
  });
  it('makes absence a stroke of its own', () => {
    expect(rollMarks([server('a'), server('b', 'silent'), server('c', 'retired')])).toEqual(['in', 'out']);
  });
  it('narrows to a group', () => expect(inGroup([server('a'), server('w', 'present', web)], 'g1')).toHaveLength(1));
});
