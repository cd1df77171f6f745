// Whoever appends keeps all of these in the transaction of the append.
import { recoveryTables } from './recovery-tables.ts';
import { taskTable } from './task-table.ts';

export const inlineTables = [taskTable, recoveryTables] as const;
