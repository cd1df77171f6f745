// Whoever appends keeps all of these in the transaction of the append.
import { stopTable } from '../stop/stop-table.ts';
import { recoveryTables } from './recovery-tables.ts';
import { taskTable } from './task-table.ts';

export const inlineTables = [taskTable, recoveryTables, stopTable] as const;
