// A group of servers. A target of actions, so that "Frankfurt web" means the same to everybody.
import { GroupCreated, GroupDeleted, GroupMembersSet, GroupRenamed } from '@muster/contracts/servers';
import { eventOf } from '../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';

export interface GroupState {
  readonly version: number;
  readonly groupId: string;
  readonly name: string;
  readonly members: ReadonlySet<string>;
}

/** null: never created, or deleted. */
export function evolveGroup(events: readonly StoredEvent[]): GroupState | null {
  let state: GroupState | null = null;
  for (const event of events) state = next(state, event);
  return state;
}

function next(state: GroupState | null, event: StoredEvent): GroupState | null {
  const version = event.streamVersion;
  if (event.type === GroupCreated.type) {
    return { version, ...GroupCreated.schema.parse(event.data), members: new Set() };
  }
  if (!state || event.type === GroupDeleted.type) return null;
  if (event.type === GroupRenamed.type) return { ...state, version, name: GroupRenamed.schema.parse(event.data).name };
  if (event.type === GroupMembersSet.type) {
    const { added, removed } = GroupMembersSet.schema.parse(event.data);
    const members = new Set([...state.members, ...added]);
    for (const serverId of removed) members.delete(serverId);
    return { ...state, version, members };
  }
  throw new Error(`a group has no event ${event.type}`);
}

export function createGroup(groupId: string, name: string, members: readonly string[]): NewEvent[] {
  const created = eventOf(GroupCreated, { groupId, name });
  if (members.length === 0) return [created];
  return [created, eventOf(GroupMembersSet, { groupId, added: [...new Set(members)], removed: [] })];
}

export function renameGroup(state: GroupState | null, name: string): NewEvent[] {
  if (!state) throw notFound('group');
  if (state.name === name) throw new Refusal('conflict', 'unchanged', `It is called ${name} already`);
  return [eventOf(GroupRenamed, { groupId: state.groupId, name })];
}

export function deleteGroup(state: GroupState | null): NewEvent[] {
  if (!state) throw notFound('group');
  return [eventOf(GroupDeleted, { groupId: state.groupId })];
}

export function setMembers(state: GroupState | null, wanted: readonly string[]): NewEvent[] {
  if (!state) throw notFound('group');
  const target = new Set(wanted);
  const added = [...target].filter((serverId) => !state.members.has(serverId));
  const removed = [...state.members].filter((serverId) => !target.has(serverId));
  if (added.length === 0 && removed.length === 0) {
    throw new Refusal('conflict', 'unchanged', `${state.name} holds exactly these servers already`);
  }
  return [eventOf(GroupMembersSet, { groupId: state.groupId, added, removed })];
}

export function addMembers(state: GroupState | null, more: readonly string[]): NewEvent[] {
  if (!state) return [];
  const added = more.filter((serverId) => !state.members.has(serverId));
  return added.length === 0 ? [] : [eventOf(GroupMembersSet, { groupId: state.groupId, added, removed: [] })];
}
