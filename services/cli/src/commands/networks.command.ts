// `muster networks`: what the rules are, and taking all of them away when nobody comes in any more. It is for whoever holds
// the host, and it is loud: an event, and a notice on every page until somebody sets the rules again.
import type { Command } from 'commander';
import pg from 'pg';
import { INTACT, UsageError, WRONG } from './failure.ts';
import { adminUrl, onInstallation, type InstallationFlags } from './installation.ts';

export function addNetworks(program: Command): void {
  const networks = program.command('networks').description('From which networks people and programs may come');
  onInstallation(networks.command('show').description('The rules as they stand')).action(
    async ({ installation }: InstallationFlags) => {
      await withPool(installation, show);
    },
  );
  onInstallation(networks.command('open').description('Take every network rule away, so that owners can come in again'))
    .requiredOption('--reason <sentence>', 'goes into the ledger, and is shown on every page')
    .addHelpText('after', '\nThe switch that stops the API stays as it is. Exit code: 1 when there was no rule.')
    .action(async ({ installation, reason }: InstallationFlags & { reason: string }) => {
      process.exitCode = await withPool(installation, (pool) => open(pool, reason.trim()));
    });
}

async function withPool<Result>(installation: string, act: (pool: pg.Pool) => Promise<Result>): Promise<Result> {
  const pool = new pg.Pool({ connectionString: adminUrl(installation), max: 2, application_name: 'muster-networks' });
  try {
    return await act(pool);
  } finally {
    await pool.end();
  }
}

interface Rule {
  for: string;
  role: string | null;
  mode: string;
  ranges: { range: string; label: string }[];
}

async function rulesOf(pool: pg.Pool): Promise<readonly Rule[]> {
  const { rows } = await pool.query<{ rules: Rule[] }>('select rules from muster.access_networks');
  return rows.flatMap(({ rules }) => rules);
}

async function show(pool: pg.Pool): Promise<void> {
  const rules = await rulesOf(pool);
  if (rules.length === 0) console.log('Everybody may come from anywhere.');
  for (const { for: side, role, mode, ranges } of rules) {
    console.log(`${side}, ${role ?? 'everybody'}: ${mode === 'allow' ? 'only from' : 'not from'}`);
    for (const { range, label } of ranges) console.log(`  ${range}${label === '' ? '' : `  ${label}`}`);
  }
}

async function open(pool: pg.Pool, reason: string): Promise<number> {
  const [{ NetworksOpenedFromHost }, { networksStream }, { eventOf }, { HostLedger }, { DEFAULT_TENANT }] =
    await Promise.all([
      import('@muster/contracts/access'),
      import('@muster/control-plane/domains/access/networks/networks-stream'),
      import('@muster/control-plane/platform/cqrs/event-of'),
      import('../recovery/host-ledger.ts'),
      import('@muster/kernel/ids'),
    ]);
  if (reason.length < 3) throw new UsageError('--reason: say why, in a sentence.');
  const rules = (await rulesOf(pool)).length;
  if (rules === 0) {
    console.log('There is no rule: everybody may come from anywhere.');
    return WRONG;
  }
  const ledger = new HostLedger(pool);
  const opened = eventOf(NetworksOpenedFromHost, { reason: reason.slice(0, 500), rules });
  await ledger.append(networksStream(DEFAULT_TENANT), 'networks', [opened], reason.slice(0, 500));
  await ledger.close();
  console.log(`${rules} ${rules === 1 ? 'rule was' : 'rules were'} taken away. Everybody may come from anywhere now.`);
  console.log('Every page says so until an owner sets the rules again.');
  return INTACT;
}
