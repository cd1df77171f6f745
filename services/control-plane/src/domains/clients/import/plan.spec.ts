import type { ImportRow } from '@muster/contracts/clients';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { describe, expect, test } from 'vitest';
import { siteIdOf } from '../streams.ts';
import { planImport, type Known } from './plan.ts';

const [merle, shared, merlesOwn] = [newId(), newId(), newId()];
const site = {
  siteId: siteIdOf(DEFAULT_TENANT, shared, 'blog.merle.example'),
  name: 'blog.merle.example',
  serverId: shared,
  externalRef: 'vhost-1',
  clientId: merle,
  byHand: false,
};
const known: Known = {
  tenantId: DEFAULT_TENANT,
  clientsByRef: new Map([['crm-1', { clientId: merle, name: 'Merle' }]]),
  clientNames: new Map([['merle', merle]]),
  sitesByRef: new Map([['vhost-1', site]]),
  sitesById: new Map([[site.siteId, site]]),
  servers: new Map([
    ['web-1', { serverId: shared, clientId: null }],
    ['merle-1', { serverId: merlesOwn, clientId: merle }],
  ]),
  peopleByRef: new Map([['p-1', { personId: newId(), clientId: merle, role: 'client-admin' }]]),
};
const row = (change: Partial<ImportRow>): ImportRow => ({
  kind: 'client',
  ref: '',
  name: '',
  client: '',
  domain: '',
  server: '',
  email: '',
  role: '',
  ...change,
});
const kestrel = row({ kind: 'client', ref: 'crm-2', name: 'Kestrel' });
const shop = row({ kind: 'site', ref: 'vhost-2', client: 'crm-2', domain: 'Shop.Kestrel.example', server: 'WEB-1' });

describe('a list is answered for line by line', () => {
  test('a line may name a client that stands below it', () => {
    const { lines, steps } = planImport([shop, kestrel], known);
    expect(lines.map(({ line, outcome, what }) => [line, outcome, what])).toEqual([
      [1, 'create', 'Adds shop.kestrel.example on WEB-1 for Kestrel'],
      [2, 'create', 'Creates the client Kestrel'],
    ]);
    expect(steps).toHaveLength(2);
  });

  test('a line is called as its file calls it', () => {
    const { lines, steps } = planImport(
      [
        { ...shop, line: 4 },
        { ...kestrel, line: 9 },
        { ...kestrel, line: 12 },
      ],
      known,
    );
    expect(lines.map(({ line, outcome }) => [line, outcome])).toEqual([
      [4, 'create'],
      [9, 'create'],
      [12, 'refused'],
    ]);
    expect(lines[2]?.what).toBe('Line 9 has the reference crm-2 already');
    expect(steps.map(({ at }) => at)).toEqual([0, 1]);
  });

  test('what is there already is the same, and does nothing', () => {
    const { lines, steps } = planImport(
      [
        row({ kind: 'client', ref: 'crm-1', name: 'Merle' }),
        row({ kind: 'site', ref: 'vhost-1', client: 'crm-1', domain: 'blog.merle.example', server: 'web-1' }),
        row({
          kind: 'person',
          ref: 'p-1',
          client: 'crm-1',
          name: 'Ada',
          email: 'ada@merle.example',
          role: 'client-admin',
        }),
      ],
      known,
    );
    expect(lines.map(({ outcome }) => outcome)).toEqual(['same', 'same', 'same']);
    expect(steps).toEqual([]);
  });

  test.each<[string, ImportRow[], string | null]>([
    ['a kind that is none', [row({ kind: 'vhost', ref: 'x' })], 'kind'],
    ['no reference', [row({ kind: 'client', name: 'Somebody' })], 'ref'],
    ['a reference twice', [kestrel, { ...kestrel, name: 'Kestrel again' }], 'ref'],
    ['another client’s name', [row({ kind: 'client', ref: 'crm-9', name: 'MERLE' })], 'name'],
    ['a client that is nowhere', [{ ...shop, client: 'crm-7' }], 'client'],
    ['a server that is not enrolled', [kestrel, { ...shop, server: 'web-9' }], 'server'],
    ['another client’s own server', [kestrel, { ...shop, server: 'merle-1' }], 'server'],
    ['a name that is none', [kestrel, { ...shop, domain: 'not a host' }], 'domain'],
    ['a reference that means another site', [kestrel, { ...shop, ref: 'vhost-1' }], 'domain'],
    [
      'an address that is none',
      [row({ kind: 'person', ref: 'p-9', client: 'crm-1', name: 'A', email: 'a', role: 'client-admin' })],
      'email',
    ],
    [
      'a role that is not a client’s',
      [row({ kind: 'person', ref: 'p-9', client: 'crm-1', name: 'A', email: 'a@b.example', role: 'owner' })],
      'role',
    ],
    [
      'a person of another client',
      [
        kestrel,
        row({ kind: 'person', ref: 'p-1', client: 'crm-2', name: 'A', email: 'a@b.example', role: 'client-admin' }),
      ],
      'client',
    ],
  ])('%s is refused with its column and what to write instead', (_, rows, column) => {
    const refused = planImport(rows, known).lines.at(-1);
    expect(refused).toMatchObject({ outcome: 'refused', column });
    expect(refused?.instead).toMatch(/\w{3}/);
    expect(refused?.what).toMatch(/\w{3}/);
  });

  test('what a person decided stays', () => {
    const byHand = { ...site, byHand: true };
    const given = { ...known, sitesByRef: new Map([['vhost-1', byHand]]), sitesById: new Map([[site.siteId, byHand]]) };
    const moved = row({ kind: 'site', ref: 'vhost-1', client: 'crm-2', domain: site.name, server: 'web-1' });
    expect(planImport([kestrel, moved], given).lines.at(-1)).toMatchObject({ outcome: 'refused', column: 'client' });
    expect(planImport([kestrel, moved], known).lines.at(-1)).toMatchObject({ outcome: 'change' });
  });

  test('loses no line', () => {
    const rows = Array.from({ length: 500 }, (_, index) =>
      row({ kind: index % 3 === 0 ? '' : 'client', ref: `r${index % 7}` }),
    );
    expect(planImport(rows, known).lines.map(({ line }) => line)).toEqual(rows.map((_, index) => index + 1));
  });
});
