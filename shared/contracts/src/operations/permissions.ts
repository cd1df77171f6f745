import { permission } from '../define.ts';

export const operationPermissions = {
  read: permission('operations.operation.read', 'low', 'See operations and what each server answered'),
  cancel: permission('operations.operation.cancel', 'medium', 'Cancel what has not finished'),
  retry: permission('operations.operation.retry', 'medium', 'Ask the servers that failed once more'),
};
