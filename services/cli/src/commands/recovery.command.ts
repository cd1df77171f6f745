// `muster recovery`: what the last restore lost, and which servers it still waits for. `muster resume`: not to wait longer.
import { DispatchResumed } from '@muster/contracts/operations';
import { harmlessText } from '@muster/kernel/harmless-text';
import type { Command } from 'commander';
import pg from 'pg';
import { INTACT, UsageError, WRONG } from './failure.ts';
import { harmlessReport } from './harmless.ts';
import { adminUrl, onInstallation, type InstallationFlags } from './installation.ts';

export function addRecovery(program: Command): void {
  onInstallation(program.command('recovery').description('What the last restore lost, and which servers it waits for'))
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExit code: 0 tasks are sent, 1 they are held.')
    .action(async ({ installation, json }: InstallationFlags & { json?: true }) => {
      process.exitCode = await withPool(installation, (pool) => recoveryCommand(pool, json ?? false));
    });
  onInstallation(
    program.command('resume').description('Send tasks again without waiting for servers that have not come back'),
  )
    .requiredOption('--reason <sentence>', 'goes into the ledger')
    .action(async ({ installation, reason }: InstallationFlags & { reason: string }) => {
      process.exitCode = await withPool(installation, (pool) => resumeCommand(pool, reason));
    });
}

async function withPool(installation: string, act: (pool: pg.Pool) => Promise<number>): Promise<number> {
  const pool = new pg.Pool({ connectionString: adminUrl(installation), max: 2, application_name: 'muster-recovery' });
  try {
    return await act(pool);
  } finally {
    await pool.end();
  }
}

async function recoveryCommand(pool: pg.Pool, json: boolean): Promise<number> {
  const { readRecovery } = await import('../recovery/read-recovery.ts');
  const recovery = await readRecovery(pool);
  if (json) {
    console.log(harmlessReport(recovery));
  } else if (recovery === null) {
    console.log('This database was never restored.');
  } else {
    console.log(`Epoch ${recovery.epoch}, restored from the backup of ${recovery.backupTakenAt}.`);
    console.log(`${recovery.collected} of ${recovery.servers} servers have shown their journal.`);
    for (const { name } of recovery.waitingFor) console.log(`  waiting for ${name}`);
    console.log(`${recovery.lostActions.length} actions are known to servers only:`);
    for (const { at, server, task, outcome, actor } of recovery.lostActions) {
      // Task and asker are what the server says: its journal is all that knows of them.
      const said = `${task ?? 'unknown task'}  ${outcome ?? 'no outcome'}  asked by ${actor ?? 'unknown'}`;
      console.log(`  ${at}  ${server}  ${harmlessText(said)}`);
    }
    console.log(recovery.held ? 'Nothing is sent to servers.' : 'Tasks are sent to servers.');
  }
  return recovery?.held === true ? WRONG : INTACT;
}

async function resumeCommand(pool: pg.Pool, reason: string): Promise<number> {
  const [{ currentHold }, { progressOf }, { recoveryStream }, { eventOf }, { HostLedger }] = await Promise.all([
    import('@muster/control-plane/domains/operations/recovery/dispatch-hold'),
    import('@muster/control-plane/domains/operations/recovery/progress'),
    import('@muster/control-plane/domains/operations/recovery/recovery-log'),
    import('@muster/control-plane/platform/cqrs/event-of'),
    import('../recovery/host-ledger.ts'),
  ]);
  if (reason.trim().length < 3) throw new UsageError('--reason: say why, in a sentence.');
  const hold = await currentHold(pool);
  if (hold === null) {
    console.log('Tasks are being sent; there is nothing to resume.');
    return WRONG;
  }
  const { servers, collected, lost } = await progressOf(pool, hold);
  const ledger = new HostLedger(pool);
  const { holdId } = hold;
  const event = eventOf(DispatchResumed, { holdId, because: 'person', servers, collected, lost });
  await ledger.append(recoveryStream(holdId), 'recovery', [event], reason.trim());
  await ledger.close();
  console.log(`Tasks are sent again. ${servers - collected} of ${servers} servers have not shown their journal.`);
  return INTACT;
}
