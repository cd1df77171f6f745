// `muster keys`: which online keys are good, a new one in the place of an old one, and the end of one that was stolen.
import { join } from 'node:path';
import { KeyRevoked, KeyRotated } from '@muster/contracts/audit';
import type { SignedKeyset } from '@muster/contracts/agent';
import type { NewEvent } from '@muster/control-plane/platform/event-store/index';
import type { Command } from 'commander';
import pg from 'pg';
import { INTACT, UsageError } from './failure.ts';
import { adminUrl, onInstallation, readRootKey, type InstallationFlags } from './installation.ts';

interface Flags extends InstallationFlags {
  rootKey?: string;
}

const USES = ['task', 'ledger', 'release', 'gateway'] as const;
const ROOT_KEY = '--root-key <file>';
const ROOT_KEY_HELP = 'key file, or a file with the 24 words; else keys/root.key of the installation';
const WHAT_NEXT =
  'Hand out the new keyset (muster setup) and restart Muster: servers take it up when they connect again.';

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('List, rotate and revoke online keys');
  onInstallation(keys.command('list').description('Which online keys are good, until when')).action(
    async ({ installation }: Flags) => {
      const { readTrust } = await import('@muster/control-plane/platform/keys/key-store');
      const { keyset } = readTrust(join(installation, 'keys'));
      for (const { use, id, notAfter } of keyset.keys) console.log(`${use.padEnd(8)} ${id}  until ${notAfter}`);
      for (const id of keyset.revoked) console.log(`revoked  ${id}`);
      process.exitCode = INTACT;
    },
  );
  onInstallation(
    keys
      .command('rotate <use>')
      .description('A new task, ledger, release or gateway key; the old one is accepted 13 hours longer'),
  )
    .option(ROOT_KEY, ROOT_KEY_HELP)
    .action(async (use: string, flags: Flags) => {
      process.exitCode = await rotateCommand(use, flags);
    });
  onInstallation(
    keys
      .command('revoke <id>')
      .description('End a stolen key at once; what it signed and is still on its way is refused'),
  )
    .option(ROOT_KEY, ROOT_KEY_HELP)
    .requiredOption('--reason <sentence>', 'goes into the ledger')
    .action(async (id: string, flags: Flags & { reason: string }) => {
      process.exitCode = await revokeCommand(id, flags);
    });
  for (const command of keys.commands) command.exitOverride();
}

async function rotateCommand(named: string, flags: Flags): Promise<number> {
  const use = USES.find((one) => one === named);
  if (use === undefined) throw new UsageError(`There is no ${named} key to rotate; there are: ${USES.join(', ')}.`);
  const { keys, root, record } = await prepare(flags);
  const [{ rotateKey }, { eventOf }] = await Promise.all([
    import('@muster/control-plane/platform/keys/change-keys'),
    import('@muster/control-plane/platform/cqrs/event-of'),
  ]);
  const { from, to, until, keyset, signed } = rotateKey(keys, use, root, new Date());
  await record(eventOf(KeyRotated, { use, from, to, until, serial: keyset.serial }), signed);
  console.log(`The ${use} key is ${to} now; ${from} is accepted until ${until}.`);
  console.log(WHAT_NEXT);
  return INTACT;
}

async function revokeCommand(id: string, { reason, ...flags }: Flags & { reason: string }): Promise<number> {
  const { keys, root, record } = await prepare(flags);
  const [{ revokeKey }, { eventOf }] = await Promise.all([
    import('@muster/control-plane/platform/keys/change-keys'),
    import('@muster/control-plane/platform/cqrs/event-of'),
  ]);
  const { use, replacedBy, keyset, signed } = revokeKey(keys, id, root, new Date());
  await record(eventOf(KeyRevoked, { use, id, reason: reason.slice(0, 500), serial: keyset.serial }), signed);
  console.log(`The ${use} key ${id} is revoked${replacedBy === null ? '' : `; ${replacedBy} took its place`}.`);
  console.log(WHAT_NEXT);
  return INTACT;
}

/** The ledger is reached before anything changes, so that no change of keys goes unrecorded. */
async function prepare({ installation, rootKey }: Flags) {
  const keys = join(installation, 'keys');
  const root = await readRootKey(rootKey ?? join(keys, 'root.key'));
  const pool = new pg.Pool({ connectionString: adminUrl(installation), max: 1, application_name: 'muster-keys' });
  await pool.query('select 1 from es.log_state');
  const record = async (event: NewEvent, signed: SignedKeyset): Promise<void> => {
    const [{ HostLedger }, { publishKeyset }] = await Promise.all([
      import('../recovery/host-ledger.ts'),
      import('@muster/control-plane/platform/keys/publish-keyset'),
    ]);
    const ledger = new HostLedger(pool);
    await ledger.append('keysets', 'keysets', [event]);
    await publishKeyset(ledger.store, signed);
    await ledger.close();
    await pool.end();
  };
  return { keys, root, record };
}
