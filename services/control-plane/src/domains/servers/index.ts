// Servers: what other domains may use.
export { capabilityOperation } from './commands/set-capability.command.ts';
export { ServerAnnotations, type ServerAnnotation } from './server-annotations.ts';
export { AgentFleet } from './agent-fleet.ts';
export { AgentStandings } from './agent-standings.ts';
export { EnrolmentController } from './enrolment/enrolment.controller.ts';
export { ServerAuthority } from './link/server-authority.ts';
export { ServerKeys } from './link/server-keys.ts';
export { ServerDirectory, type ListedServer } from './server-directory.ts';
export { serverStream } from './server-events.ts';
export { ServerRows } from './server-rows.ts';
export { ServerStandings } from './server-standings.ts';
export type { ServerState } from './server.aggregate.ts';
export {
  APP_AGENTS,
  APP_DIRECTORY,
  GATEWAY_DIRECTORY,
  SYSTEM_DIRECTORY,
  WORKER_AGENTS,
  WORKER_DIRECTORY,
} from './tokens.ts';
