// `muster break-glass`: a way in for when every owner is locked out. It is for whoever holds the host, it is loud, it ends
// by itself, and what was done with it is reviewed.
import type { Command } from 'commander';
import pg from 'pg';
import { INTACT, UsageError } from './failure.ts';
import { adminUrl, onInstallation, type InstallationFlags } from './installation.ts';

interface Flags extends InstallationFlags {
  reason: string;
  minutes: string;
  url?: string;
}

const LONGEST_MINUTES = 24 * 60;

export function addBreakGlass(program: Command): void {
  onInstallation(
    program
      .command('break-glass')
      .description('Unseal an emergency account: owner of everything for a time, with a link that works once'),
  )
    .requiredOption('--reason <sentence>', 'goes into the ledger, and to every owner')
    .option('--minutes <number>', 'how long it is owner', '60')
    .option('--url <address>', 'address of Muster’s pages; else MUSTER_PUBLIC_URL, else http://localhost:7410')
    .addHelpText(
      'after',
      '\nEvery owner is told, and a review of what was done stays open until one of them attests it.',
    )
    .action(async (flags: Flags) => {
      process.exitCode = await breakGlassCommand(flags);
    });
}

async function breakGlassCommand({ installation, reason, minutes, url }: Flags): Promise<number> {
  const count = Number(minutes);
  if (!Number.isFinite(count) || count <= 0 || count > LONGEST_MINUTES) {
    throw new UsageError(`--minutes: between 1 and ${LONGEST_MINUTES}.`);
  }
  const why = reason.trim();
  if (why.length < 3) throw new UsageError('--reason: say why, in a sentence.');
  const [{ unseal }, { HostLedger }, { hostSeal }] = await Promise.all([
    import('@muster/control-plane/domains/access/break-glass/unseal'),
    import('../recovery/host-ledger.ts'),
    import('../recovery/host-seal.ts'),
  ]);
  const pool = new pg.Pool({
    connectionString: adminUrl(installation),
    max: 2,
    application_name: 'muster-break-glass',
  });
  try {
    const ledger = new HostLedger(pool);
    const { personal } = await hostSeal(pool, installation);
    const now = new Date();
    const until = new Date(now.getTime() + count * 60_000);
    const link = await unseal({
      pool,
      personal,
      publicUrl: (url ?? process.env['MUSTER_PUBLIC_URL'] ?? 'http://localhost:7410').replace(/\/$/, ''),
      reason: why.slice(0, 500),
      now,
      until,
      append: (streamId, streamType, events) => ledger.append(streamId, streamType, events, why.slice(0, 500)),
    });
    await ledger.close();
    console.log(link);
    console.log(`Works once. The account is owner until ${until.toISOString()}, then it closes by itself.`);
    return INTACT;
  } finally {
    await pool.end();
  }
}
