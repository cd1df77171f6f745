// The closed catalogue. Whoever needs "all events" or "all permissions" takes them from here.
import { accessEvents } from './access/events.ts';
import { accessCommands, accessQueries } from './access/index.ts';
import { auditEvents } from './audit/events.ts';
import { auditQueries } from './audit/index.ts';
import { banEvents } from './bans/events.ts';
import { banCommands, banQueries } from './bans/index.ts';
import { banTasks } from './bans/tasks.ts';
import { clientEvents } from './clients/events.ts';
import { clientCommands, clientQueries } from './clients/index.ts';
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
import { reviewEvents } from './reviews/events.ts';
import { reviewCommands, reviewQueries } from './reviews/index.ts';
import { releaseEvents } from './releases/events.ts';
import { releaseCommands, releaseQueries } from './releases/index.ts';
import { releaseTasks } from './releases/tasks.ts';
import { postureEvents } from './posture/events.ts';
import { postureCommands, postureQueries } from './posture/index.ts';
import { postureTasks } from './posture/tasks.ts';
import { roleHolds, type BuiltInRole } from './roles.ts';
import { serverEvents } from './servers/events.ts';
import { serverCommands, serverQueries } from './servers/index.ts';

export * from './define.ts';
export * from './roles.ts';
export * from './values.ts';

export const events: readonly EventDefinition[] = [
  ...accessEvents,
  ...auditEvents,
  ...banEvents,
  ...clientEvents,
  ...operationEvents,
  ...reviewEvents,
  ...releaseEvents,
  ...postureEvents,
  ...serverEvents,
];
export const commands: readonly CommandDefinition[] = [
  ...accessCommands,
  ...serverCommands,
  ...operationCommands,
  ...banCommands,
  ...reviewCommands,
  ...clientCommands,
  ...releaseCommands,
  ...postureCommands,
];
export const queries: readonly QueryDefinition[] = [
  ...accessQueries,
  ...fleetQueries,
  ...serverQueries,
  ...operationQueries,
  ...banQueries,
  ...clientQueries,
  ...postureQueries,
  ...auditQueries,
  ...reviewQueries,
  ...releaseQueries,
];
/** One per command and query, so that nothing can be asked without one. */
export const permissions: readonly PermissionDefinition[] = [...commands, ...queries].map(
  (definition) => definition.permission,
);
export const tasks: readonly TaskDefinition[] = [...banTasks, ...releaseTasks, ...postureTasks];
export const liveTopics: readonly TopicDefinition[] = allTopics;

/** Names of the permissions of a built-in role. */
export function permissionsOf(role: BuiltInRole): ReadonlySet<string> {
  return new Set(permissions.filter((permission) => roleHolds(role, permission)).map(({ name }) => name));
}

const byType = new Map(events.map((definition) => [definition.type, definition]));

/** undefined: an event type that this version does not know. */
export function eventDefinition(type: string): EventDefinition | undefined {
  return byType.get(type);
}
