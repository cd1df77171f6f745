/** OperationRequests of the worker. */
export const OPERATION_REQUESTS = Symbol('OPERATION_REQUESTS');
