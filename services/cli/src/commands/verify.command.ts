// `muster verify`: does this ledger hold what was signed? For operators, auditors and clients, without our server.
import type { Command } from 'commander';
import { describe, describeExtract } from '../verify/report.ts';
import type { Trust } from '../verify/trust.ts';
import { verifyExtract } from '../verify/verify-extract.ts';
import { verifyLedger } from '../verify/verify-ledger.ts';
import { INTACT, WRONG } from './failure.ts';
import { harmlessReport } from './harmless.ts';
import { FROM_ENVIRONMENT, openSource, readExtract, readText, readTrust, type SourceFlags } from './sources.ts';

interface Flags extends SourceFlags {
  trust: string;
  checkpoint: string[];
  json?: true;
}

const PROGRESS_EVERY_MS = 1_000;

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('Recompute the whole ledger and compare it with what was signed, witnessed and attested')
    .option('--export <file>', 'an export made by `muster export` or by the Audit page, or a client’s extract')
    .option('--database <url>', `the database itself, as a role that may read the ledger; else ${FROM_ENVIRONMENT}`)
    .requiredOption('--trust <file>', 'from outside of the ledger: keyset.json, a trust bundle, or the root public key')
    .option(
      '--checkpoint <file>',
      'a checkpoint kept elsewhere that the ledger must extend; may be repeated',
      collect,
      [],
    )
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExit code: 0 intact, 1 wrong (the first wrong position is named), 2 no verdict.')
    .action(async (flags: Flags) => {
      process.exitCode = await verifyCommand(flags);
    });
}

async function verifyCommand(flags: Flags): Promise<number> {
  const trust = await readTrust(flags.trust);
  if (flags.export !== undefined && flags.database === undefined) {
    const extract = await readExtract(flags.export);
    if (extract !== null) return verifyExtractOf(flags.export, extract, trust, flags.json === true);
  }
  const outsideCheckpoints = await Promise.all(flags.checkpoint.map((path) => readText(path, '--checkpoint')));
  const source = await openSource(flags);
  try {
    const report = await verifyLedger(source, trust, { outsideCheckpoints, progress: progressTo(process.stderr) });
    process.stdout.write(`${flags.json === true ? harmlessReport(report) : describe(report)}\n`);
    return report.ok ? INTACT : WRONG;
  } finally {
    await source.close();
  }
}

async function verifyExtractOf(path: string, text: string, trust: Trust, asJson: boolean): Promise<number> {
  const report = await verifyExtract(`extract ${path}`, text, trust);
  process.stdout.write(`${asJson ? harmlessReport(report) : describeExtract(report)}\n`);
  return report.ok ? INTACT : WRONG;
}

function progressTo(stream: NodeJS.WriteStream): (entries: number) => void {
  const start = performance.now();
  let said = start;
  return (entries) => {
    const now = performance.now();
    if (now - said < PROGRESS_EVERY_MS) return;
    said = now;
    stream.write(`${entries} events verified, ${Math.round((entries / (now - start)) * 1000)} per second\n`);
  };
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
