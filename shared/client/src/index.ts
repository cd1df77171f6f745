export type { ActionName, Actions } from './actions.ts';
export { MusterClient, type CallOptions, type ClientOptions } from './client.ts';
export { MusterProblem, type FieldProblem } from './problem.ts';
