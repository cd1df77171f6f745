import type { AssignmentRule } from '@muster/contracts/clients';
import { newId } from '@muster/kernel/ids';
import { describe, expect, test } from 'vitest';
import { ruling, type RuledSite } from './rules.ts';

const [kestrel, merle, server] = [newId(), newId(), newId()];
const site: RuledSite = {
  name: 'shop.kestrel.example',
  serverId: server,
  clientId: null,
  assignedBy: null,
  serverOf: null,
  found: { root: '/srv/www/kestrel/shop', owner: 'kestrel' },
};
const rule = (match: AssignmentRule['match'], clientId: string, serverId: string | null = null): AssignmentRule => ({
  match,
  clientId,
  serverId,
});

describe('the first rule that fits decides', () => {
  test.each([
    ['the owner of its files', rule({ by: 'owner', owner: 'kestrel' }, kestrel), true],
    ['another account', rule({ by: 'owner', owner: 'kestre' }, kestrel), false],
    ['a folder above it', rule({ by: 'path', path: '/srv/www/kestrel/' }, kestrel), true],
    ['a folder whose name only begins so', rule({ by: 'path', path: '/srv/www/kest' }, kestrel), false],
    ['its name', rule({ by: 'domain', domain: 'shop.kestrel.example' }, kestrel), true],
    ['every name below', rule({ by: 'domain', domain: '*.kestrel.example' }, kestrel), true],
    ['a name that only ends so', rule({ by: 'domain', domain: '*.estrel.example' }, kestrel), false],
    ['another server', rule({ by: 'owner', owner: 'kestrel' }, kestrel, newId()), false],
  ])('by %s', (_, one, fits) => {
    expect(ruling(site, [one]).to).toBe(fits ? kestrel : null);
  });

  test('and those after it that say otherwise are conflicts', () => {
    const rules = [
      rule({ by: 'owner', owner: 'kestrel' }, kestrel),
      rule({ by: 'domain', domain: '*.kestrel.example' }, kestrel),
      rule({ by: 'path', path: '/srv' }, merle),
    ];
    expect(ruling(site, rules)).toEqual({
      to: kestrel,
      rule: 1,
      conflicts: [{ rule: 3, clientId: merle }],
      kept: null,
    });
  });
});

describe('what was decided otherwise stays', () => {
  const rules = [rule({ by: 'owner', owner: 'kestrel' }, kestrel)];
  test.each([
    ['by hand', { clientId: merle, assignedBy: 'hand' }, merle, 'by-hand'],
    ['by hand, as nobody’s', { clientId: null, assignedBy: 'hand' }, null, 'by-hand'],
    ['by an import', { clientId: merle, assignedBy: 'import' }, merle, 'by-import'],
    ['by whose server it is', { serverOf: merle }, merle, 'own-server'],
  ] as const)('%s', (_, change, to, kept) => {
    expect(ruling({ ...site, ...change }, rules)).toMatchObject({ to, kept, rule: null });
  });

  test('a site that no rule fits any more is nobody’s; one that went silent keeps its client', () => {
    const ruled = { ...site, clientId: kestrel, assignedBy: 'rule' } as const;
    expect(ruling(ruled, []).to).toBe(null);
    expect(ruling({ ...ruled, found: null }, []).to).toBe(kestrel);
  });
});
