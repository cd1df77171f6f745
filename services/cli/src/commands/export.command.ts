// `muster export`: everything `muster verify` needs, in one file that stands alone.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { signedKeyset } from '@muster/contracts/agent';
import type { Command } from 'commander';
import { exportLines } from '../ledger/write-export.ts';
import { INTACT, UsageError } from './failure.ts';
import { FROM_ENVIRONMENT, openDatabase, readText } from './sources.ts';

interface Flags {
  database?: string;
  out?: string;
  keyset: string[];
  from: string;
  to?: string;
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('Write the signed part of the ledger as one JSON object per line')
    .option('--database <url>', `the database, as a role that may read the ledger; else ${FROM_ENVIRONMENT}`)
    .option('--out <file>', 'where to; the standard output when absent')
    .option('--keyset <file>', 'keyset.json to put into the export; may be repeated', collect, [])
    .option('--from <position>', 'first position with content', '0')
    .option('--to <position>', 'first position that has only its leaf hash again')
    .action(async (flags: Flags) => {
      process.exitCode = await exportCommand(flags);
    });
}

async function exportCommand(flags: Flags): Promise<number> {
  const range = {
    from: position(flags.from, '--from'),
    ...(flags.to === undefined ? {} : { to: position(flags.to, '--to') }),
  };
  const keysets = await Promise.all(flags.keyset.map(readKeyset));
  const source = await openDatabase(flags.database);
  try {
    const out = flags.out === undefined ? process.stdout : createWriteStream(flags.out, { mode: 0o600 });
    await pipeline(Readable.from(exportLines(source, keysets, range)), out);
    return INTACT;
  } finally {
    await source.close();
  }
}

async function readKeyset(path: string): Promise<ReturnType<typeof signedKeyset.parse>> {
  const text = await readText(path, '--keyset');
  try {
    return signedKeyset.parse(JSON.parse(text));
  } catch (error) {
    throw new UsageError(`--keyset ${path} is not a signed keyset.`, { cause: error });
  }
}

function position(text: string, flag: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new UsageError(`${flag} is a position: a whole number from 0, not ${JSON.stringify(text.slice(0, 40))}.`);
  return Number(text);
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
