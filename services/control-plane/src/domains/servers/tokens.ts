/** ServerDirectory over the database of one role. */
/** As whoever asks sees them. */
export const APP_DIRECTORY = Symbol('APP_DIRECTORY');
/** For the API's own work, which reaches every server. */
export const SYSTEM_DIRECTORY = Symbol('SYSTEM_DIRECTORY');
export const WORKER_DIRECTORY = Symbol('WORKER_DIRECTORY');
export const GATEWAY_DIRECTORY = Symbol('GATEWAY_DIRECTORY');
/** AgentFleet over the database of one role. */
export const APP_AGENTS = Symbol('APP_AGENTS');
export const WORKER_AGENTS = Symbol('WORKER_AGENTS');
