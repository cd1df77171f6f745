// The closed catalogue. Whoever needs "all events" or "all permissions" takes them from here.
import { accessEvents } from './access/events.ts';
import { accessPermissions } from './access/permissions.ts';
import { auditEvents } from './audit/events.ts';
import { auditQueries } from './audit/index.ts';
import { auditPermissions } from './audit/permissions.ts';
import { banEvents } from './bans/events.ts';
import { banCommands, banQueries } from './bans/index.ts';
import { banPermissions } from './bans/permissions.ts';
import { banTasks } from './bans/tasks.ts';
import type {
  CommandDefinition,
  EventDefinition,
  PermissionDefinition,
  QueryDefinition,
  TaskDefinition,
  TopicDefinition,
} from './define.ts';
import { fleetQueries } from './fleet/index.ts';
import { allTopics } from './live/index.ts';
import { operationEvents } from './operations/events.ts';
import { operationCommands, operationQueries } from './operations/index.ts';
import { operationPermissions } from './operations/permissions.ts';
import { serverEvents } from './servers/events.ts';
import { serverCommands, serverQueries } from './servers/index.ts';
import { serverPermissions } from './servers/permissions.ts';

export * from './define.ts';
export * from './values.ts';

export const events: readonly EventDefinition[] = [
  ...accessEvents,
  ...auditEvents,
  ...banEvents,
  ...operationEvents,
  ...serverEvents,
];
export const permissions: readonly PermissionDefinition[] = [
  ...Object.values(accessPermissions),
  ...Object.values(auditPermissions),
  ...Object.values(banPermissions),
  ...Object.values(operationPermissions),
  ...Object.values(serverPermissions),
];
export const commands: readonly CommandDefinition[] = [...serverCommands, ...operationCommands, ...banCommands];
export const queries: readonly QueryDefinition[] = [
  ...fleetQueries,
  ...serverQueries,
  ...operationQueries,
  ...banQueries,
  ...auditQueries,
];
export const tasks: readonly TaskDefinition[] = [...banTasks];
export const liveTopics: readonly TopicDefinition[] = allTopics;

const byType = new Map(events.map((definition) => [definition.type, definition]));

/** undefined: an event type that this version does not know. */
export function eventDefinition(type: string): EventDefinition | undefined {
  return byType.get(type);
}
