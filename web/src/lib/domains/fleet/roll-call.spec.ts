import type { Attention, FleetSummary } from '@muster/contracts/fleet';
import type { ServerRow } from '@muster/contracts/servers';
import { describe, expect, it } from 'vitest';
import { byGroup, fleetTitle, inGroup, rollMarks } from './roll-call.ts';
import { silences } from './silence.ts';

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
type Summary = Pick<FleetSummary, 'attention' | 'servers' | 'roll'>;
function summary(roll: readonly ServerRow[], things = 0, more: Partial<FleetSummary['servers']> = {}): Summary {
  const servers = { present: 0, silent: 0, never: 0, quarantined: 0, retired: 0 };
  for (const { presence } of roll) servers[presence] += 1;
  const attention = Array.from({ length: things }, (): Attention => ({
    kind: 'servers-silent',
    severity: 'critical',
    since: '2026-11-20T02:31:00Z',
    subject: { serverIds: [], names: [], id: null, text: null, until: null, count: null },
  }));
  return { attention, servers: { ...servers, ...more }, roll: [...roll] };
}
/** Present and managed, and it has not reported what it holds. */
const mute = (name: string): ServerRow => ({ ...server(name), bans: 'unknown' });

describe('the title of the fleet', () => {
  it.each([
    [[], 0, 'No server is enrolled yet.'],
    [[server('a')], 0, 'Your one server answers. Nothing needs you.'],
    [[server('a', 'silent')], 1, 'Your one server does not answer. One thing needs you.'],
    [[server('a'), server('b')], 0, 'All 2 servers answer. Nothing needs you.'],
    [[server('a'), server('b', 'silent'), server('c')], 6, '2 of 3 servers answer. Six things need you.'],
    [[server('a'), server('old', 'retired')], 0, 'Your one server answers. Nothing needs you.'],
  ] as const)('answers the page’s question', (roll, count, title) => {
    expect(fleetTitle(summary(roll, count), roll)).toBe(title);
  });

  it.each([
    [[server('a', 'never')], 'Your one server has not called yet.'],
    [[server('a'), server('b', 'never')], '1 of 2 servers answers. One has not called yet.'],
    [[server('a', 'never'), server('b', 'never')], '0 of 2 servers answer. Two have not called yet.'],
    [[server('a'), server('b', 'silent')], '1 of 2 servers answers.'],
    [[server('a'), mute('b')], 'All 2 servers answer.'],
  ] as const)('does not call calm what is silent: %#', (roll, title) => {
    expect(fleetTitle(summary(roll), roll)).toBe(title);
  });

  it('does not call a group calm while a server outside of the roll is silent', () => {
    const roll = [server('a')];
    expect(fleetTitle(summary(roll, 0, { never: 1 }), roll)).toBe('Your one server answers.');
  });
});

describe('silence', () => {
  const said = (...about: Parameters<typeof summary>) =>
    silences(summary(...about)).map(({ title, href }) => [title, href]);
  it('is not where every server was heard of', () => expect(said([server('a'), server('b')])).toEqual([]));
  it('says who has never called, and leads to them', () => {
    expect(said([server('a'), server('b', 'never')])).toEqual([
      ['b was enrolled and has not called yet', '/servers/id-b'],
    ]);
    expect(said([server('a', 'never'), server('b', 'never')], 0, { never: 9 })).toEqual([
      ['a, b and 7 more were enrolled and have not called yet', '/servers?presence=never'],
    ]);
  });
  it('says who has not reported what it holds', () => {
    expect(said([mute('a')])).toEqual([['a has not said what it holds', '/servers/id-a']]);
  });
  it('counts silent servers that nothing else names, and only those', () => {
    expect(said([server('a')], 0, { silent: 3 })).toEqual([['3 servers do not answer', '/servers?presence=silent']]);
    expect(said([server('a', 'silent')], 1)).toEqual([]);
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
