// What a token can be made for: each place where one has something, and the roles that are wholly held there, least first.
import { permissionsOf, isBuiltInRole } from '@muster/contracts';
import { scopeKey, type GrantScope, type TokenRole } from '@muster/contracts/access';

export interface Held {
  readonly role: string;
  readonly scope: GrantScope;
  readonly scopeName: string;
}

export interface Place {
  readonly key: string;
  readonly scope: GrantScope;
  readonly name: string;
  readonly roles: readonly TokenRole[];
}

/** The role that opens least comes first: it is what a hurried person gets. */
const byRights = (a: TokenRole, b: TokenRole): number => a.permissions.length - b.permissions.length;

/** Every bound must hold the role there: one's own grants, and for a service account its grants too. */
export function placesOf(bounds: readonly (readonly Held[])[], roles: readonly TokenRole[]): Place[] {
  const scopes = new Map(bounds.flat().map((held) => [scopeKey(held.scope), held]));
  const places = [...scopes].map(([key, { scope, scopeName: name }]) => {
    const held = bounds.map((bound) => heldAt(bound, key, roles));
    return { key, scope, name, roles: roles.filter((role) => isHeld(role, held)).sort(byRights) };
  });
  return places.filter((place) => place.roles.length > 0);
}

function heldAt(bound: readonly Held[], key: string, roles: readonly TokenRole[]): ReadonlySet<string> {
  const covering = bound.filter(({ scope }) => scope.kind === 'fleet' || scopeKey(scope) === key);
  return new Set(
    covering.flatMap(({ role }) =>
      isBuiltInRole(role) ? [...permissionsOf(role)] : (roles.find((known) => known.role === role)?.permissions ?? []),
    ),
  );
}

function isHeld({ permissions }: TokenRole, held: readonly ReadonlySet<string>[]): boolean {
  return permissions.length > 0 && held.every((bound) => permissions.every((permission) => bound.has(permission)));
}
