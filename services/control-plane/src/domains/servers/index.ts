// Servers: what other domains may use.
export { ServerDirectory, type ListedServer } from './server-directory.ts';
export { APP_DIRECTORY, WORKER_DIRECTORY, GATEWAY_DIRECTORY } from './tokens.ts';
