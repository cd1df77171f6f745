// Flags that name a ledger and what to believe, shared by the commands that read one.
import { open, readFile } from 'node:fs/promises';
import { withFiles } from '@muster/control-plane/platform/config/secret-files';
import { DatabaseSource } from '../ledger/database-source.ts';
import { ExportSource } from '../ledger/export-source.ts';
import type { LedgerSource } from '../ledger/source.ts';
import { Trust } from '../verify/trust.ts';
import { EXTRACT_MARK } from '../verify/verify-extract.ts';
import { UsageError } from './failure.ts';

export interface SourceFlags {
  export?: string;
  database?: string;
}

export const FROM_ENVIRONMENT = 'MUSTER_DATABASE_URL_AUDITOR';

export async function openSource({ export: path, database }: SourceFlags): Promise<LedgerSource> {
  if (path === undefined) return await openDatabase(database);
  if (database !== undefined) throw new UsageError('Name one ledger: either --export FILE or --database URL.');
  return ExportSource.open(path);
}

/** The named database, else the one of the environment, so that its password need not stand on a command line. */
export async function openDatabase(named: string | undefined): Promise<DatabaseSource> {
  const url = named ?? withFiles(process.env)[FROM_ENVIRONMENT];
  if (url === undefined) {
    throw new UsageError(`Name a ledger: --database URL, ${FROM_ENVIRONMENT}, or ${FROM_ENVIRONMENT}_FILE.`);
  }
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new UsageError('The address of the database must start with postgresql://.');
  return DatabaseSource.open(url);
}

/** An extract is as small as what was done for one client; null: the file is something else. */
export async function readExtract(path: string): Promise<string | null> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new UsageError(`--export ${path} cannot be read.`, { cause: error });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(EXTRACT_MARK.length), 0, EXTRACT_MARK.length, 0);
    return buffer.toString('utf8', 0, bytesRead) === EXTRACT_MARK ? await readText(path, '--export') : null;
  } finally {
    await file.close();
  }
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
