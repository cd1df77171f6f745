// Event stores by role: the API's is injected as EventStore itself, the others by these.
export const WORKER_STORE = Symbol('WORKER_STORE');
export const GATEWAY_STORE = Symbol('GATEWAY_STORE');
export const LOG_TAIL = Symbol('LOG_TAIL');
/** Name and version of every read model of this release (`ReadModelKey[]`). */
export const READ_MODELS = Symbol('READ_MODELS');
