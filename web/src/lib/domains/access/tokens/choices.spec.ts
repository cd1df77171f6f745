import { permissionsOf, type BuiltInRole } from '@muster/contracts';
import type { GrantScope, TokenRole } from '@muster/contracts/access';
import { describe, expect, it } from 'vitest';
import { placesOf } from './choices.ts';

const fleet: GrantScope = { kind: 'fleet' };
const group: GrantScope = { kind: 'group', groupId: '0190b5e2-7a10-7000-8000-00000000b003' };
const roles: TokenRole[] = (['operator', 'auditor', 'contractor'] satisfies BuiltInRole[]).map((role) => ({
  role,
  title: role,
  sentence: '',
  permissions: [...permissionsOf(role)],
}));
const shown = (places: ReturnType<typeof placesOf>) =>
  places.map(({ key, roles: held }) => [key, held.map(({ role }) => role)]);

describe('what a token can be made for', () => {
  it('is each place where one holds a role, with the roles that are held there as a whole, least first', () => {
    expect(shown(placesOf([[{ role: 'operator', scope: group, scopeName: 'Frankfurt' }]], roles))).toEqual([
      [`group:${'groupId' in group ? group.groupId : ''}`, ['contractor', 'operator']],
    ]);
  });

  it('calls a place what the grant calls it: a client’s people are told of no server and no group', () => {
    const client: GrantScope = { kind: 'client', clientId: '0190b5e2-7a10-7000-8000-00000000e001' };
    const own = [{ role: 'contractor', scope: client, scopeName: 'Kestrel Cycles' }];
    expect(placesOf([own], roles).map(({ name }) => name)).toEqual(['Kestrel Cycles']);
  });

  it('is nothing that only one of both bounds holds', () => {
    const own = [{ role: 'owner', scope: fleet, scopeName: 'the fleet' }];
    expect(shown(placesOf([own, [{ role: 'auditor', scope: fleet, scopeName: 'the fleet' }]], roles))).toEqual([
      ['fleet', ['auditor']],
    ]);
    expect(placesOf([own, []], roles)).toEqual([]);
  });
});
