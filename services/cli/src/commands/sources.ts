// Flags that name a ledger and what to believe, shared by the commands that read one.
import { readFile } from 'node:fs/promises';
import { DatabaseSource } from '../ledger/database-source.ts';
import { ExportSource } from '../ledger/export-source.ts';
import type { LedgerSource } from '../ledger/source.ts';
import { Trust } from '../verify/trust.ts';
import { UsageError } from './failure.ts';

export interface SourceFlags {
  export?: string;
  database?: string;
}

export async function openSource({ export: path, database }: SourceFlags): Promise<LedgerSource> {
  if ((path === undefined) === (database === undefined)) {
    throw new UsageError('Name one ledger: either --export FILE or --database URL.');
  }
  if (path !== undefined) return ExportSource.open(path);
  if (!/^postgres(ql)?:\/\//.test(database ?? '')) throw new UsageError('--database must start with postgresql://.');
  return DatabaseSource.open(database ?? '');
}

export async function readTrust(path: string): Promise<Trust> {
  return Trust.parse(await readText(path, '--trust'));
}

export async function readText(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${flag} ${path} cannot be read.`, { cause: error });
  }
}
