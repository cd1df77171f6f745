// What a person's own page says of them: roles, where they count, until when.
import type { GrantScope, Me } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { allPermissions, Grants } from './grants.ts';
import { Holders } from './holders.ts';
import { Roles } from './roles.ts';

@Injectable()
export class Standing {
  constructor(
    @Inject(Grants) private readonly grants: Grants,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Holders) private readonly holders: Holders,
  ) {}

  async of(personId: string): Promise<Pick<Me, 'role' | 'permissions' | 'grants'>> {
    const [held, titleOf] = await Promise.all([this.grants.of(personId), this.roles.titles()]);
    const scopeNameOf = await this.holders.scopeNames(held.map(({ scope }) => scopeOf(scope)));
    const [widest] = held;
    return {
      role: widest ? titleOf(widest.role) : 'No role',
      permissions: [...allPermissions(held)].sort(),
      grants: held.map(({ role, scope: key, until }) => {
        const scope = scopeOf(key);
        return {
          role,
          title: titleOf(role),
          scope,
          scopeName: scopeNameOf(scope),
          until: until?.toISOString() ?? null,
        };
      }),
    };
  }
}

/** The reverse of scopeKey. */
function scopeOf(key: string): GrantScope {
  const at = key.indexOf(':');
  const rest = key.slice(at + 1);
  switch (key.slice(0, at)) {
    case 'group':
      return { kind: 'group', groupId: rest };
    case 'tag':
      return { kind: 'tag', tag: rest };
    case 'client':
      return { kind: 'client', clientId: rest };
    case 'server':
      return { kind: 'server', serverId: rest };
    default:
      return { kind: 'fleet' };
  }
}
