// A role of the operations team's own: a name and a set of permissions from the catalogue.
import { permissions as catalogue } from '@muster/contracts';
import { RoleChanged, RoleDefined, RoleRemoved } from '@muster/contracts/access';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../../platform/event-store/index.ts';

export interface RoleContent {
  readonly name: string;
  readonly sentence: string;
  readonly permissions: readonly string[];
}
export interface RoleState extends RoleContent {
  readonly roleId: string;
}

export const roleStream = (roleId: string) => `role-${roleId}`;

/** null: never defined, or removed. */
export function roleFrom(events: readonly StoredEvent[]): RoleState | null {
  let state: RoleState | null = null;
  for (const event of events) {
    if (event.type === RoleDefined.type) state = RoleDefined.schema.parse(event.data);
    else if (event.type === RoleChanged.type) state = RoleChanged.schema.parse(event.data);
    else if (event.type === RoleRemoved.type) state = null;
    else throw new Error(`a role has no event ${event.type}`);
  }
  return state;
}

const grantable = new Map(catalogue.filter(({ on }) => on !== 'self').map((known) => [known.name, known]));

/** Each once, in the catalogue's words. */
function known(permissions: readonly string[]): string[] {
  const unknown = permissions.find((name) => !grantable.has(name));
  if (unknown !== undefined) {
    const message = `There is no permission ${unknown} that could be granted`;
    throw new Refusal('invalid', 'invalid', message, { fields: [{ path: 'permissions', message }] });
  }
  return [...new Set(permissions)].sort();
}

export function define(roleId: string, content: RoleContent): NewEvent[] {
  return [eventOf(RoleDefined, { roleId, ...content, permissions: known(content.permissions) })];
}

export function change(state: RoleState | null, content: RoleContent): NewEvent[] {
  if (!state) throw notFound('role');
  const next = { roleId: state.roleId, ...content, permissions: known(content.permissions) };
  const same =
    next.name === state.name &&
    next.sentence === state.sentence &&
    next.permissions.join() === [...state.permissions].join();
  if (same) throw new Refusal('conflict', 'unchanged', `${state.name} is exactly that already`);
  return [eventOf(RoleChanged, next)];
}

export function remove(state: RoleState | null, holders: number): NewEvent[] {
  if (!state) throw notFound('role');
  if (holders > 0) {
    const who = holders === 1 ? 'One grant holds' : `${holders} grants hold`;
    throw new Refusal('conflict', 'held', `${who} ${state.name}. End them first`);
  }
  return [eventOf(RoleRemoved, { roleId: state.roleId })];
}
