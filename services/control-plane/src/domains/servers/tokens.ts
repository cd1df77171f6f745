/** ServerDirectory over the database of one role. */
export const APP_DIRECTORY = Symbol('APP_DIRECTORY');
export const WORKER_DIRECTORY = Symbol('WORKER_DIRECTORY');
export const GATEWAY_DIRECTORY = Symbol('GATEWAY_DIRECTORY');
