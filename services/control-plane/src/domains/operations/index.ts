// Operations: what other domains may use.
export {
  OperationRequests,
  operationStream,
  TASKS_REQUESTED,
  taskIdOf,
  type Cause,
  type OperationOrder,
  type RequestedOperation,
  type TaskOrder,
} from './operation-requests.ts';
export { OPERATION_REQUESTS } from './tokens.ts';
export { inlineTables } from './projections/inline-tables.ts';
export { OwnChanges, type CarriedOut } from './own-changes.ts';
export { OpenWork } from './open-work.ts';
export { LastJob } from './last-job.ts';
export { UnsettledTasks } from './unsettled-tasks.ts';
export { currentStop } from './stop/current-stop.ts';
export { OperationRows } from './queries/operation-rows.ts';
