// What a token can be made for: each place where one has something, and the roles that are wholly held there, least first.
import { permissionsOf, isBuiltInRole } from '@muster/contracts';
import { scopeKey, type GrantScope, type RoleView } from '@muster/contracts/access';

export interface Held {
  readonly role: string;
  readonly scope: GrantScope;
}

export interface Place {
  readonly key: string;
  readonly scope: GrantScope;
  readonly roles: readonly RoleView[];
}

/** The role that opens least comes first: it is what a hurried person gets. */
const byRights = (a: RoleView, b: RoleView): number => a.permissions.length - b.permissions.length;

/** Every bound must hold the role there: one's own grants, and for a service account its grants too. */
export function placesOf(bounds: readonly (readonly Held[])[], roles: readonly RoleView[]): Place[] {
  const scopes = new Map(bounds.flat().map(({ scope }) => [scopeKey(scope), scope]));
  const places = [...scopes].map(([key, scope]) => {
    const held = bounds.map((bound) => heldAt(bound, key, roles));
    return { key, scope, roles: roles.filter((role) => isHeld(role, held)).sort(byRights) };
  });
  return places.filter((place) => place.roles.length > 0);
}

function heldAt(bound: readonly Held[], key: string, roles: readonly RoleView[]): ReadonlySet<string> {
  const covering = bound.filter(({ scope }) => scope.kind === 'fleet' || scopeKey(scope) === key);
  return new Set(
    covering.flatMap(({ role }) =>
      isBuiltInRole(role) ? [...permissionsOf(role)] : (roles.find((known) => known.role === role)?.permissions ?? []),
    ),
  );
}

function isHeld({ permissions }: RoleView, held: readonly ReadonlySet<string>[]): boolean {
  return permissions.length > 0 && held.every((bound) => permissions.every((permission) => bound.has(permission)));
}
