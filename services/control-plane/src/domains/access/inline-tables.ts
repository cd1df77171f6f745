// What of access is written in the transaction of its events, by whoever appends them.
import { tokenTables } from './api-tokens/token-table.ts';
import { networkTable } from './networks/network-table.ts';

export const accessInlineTables = [tokenTables, networkTable] as const;
