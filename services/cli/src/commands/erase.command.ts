// `muster erase`: a person who asks to be forgotten, in the database in use and in backups that were taken before.
import { join, resolve } from 'node:path';
import { SubjectErased } from '@muster/contracts/access';
import type { Command } from 'commander';
import { isUuid } from '@muster/kernel/ids';
import pg from 'pg';
import { INTACT, UsageError, WRONG } from './failure.ts';
import { adminUrl, onInstallation, type InstallationFlags } from './installation.ts';

const CARRIED_OUT_MS = 15_000;

export function addErase(program: Command): void {
  const erase = program.command('erase').description('Erase a person: destroy the key of every personal field');
  onInstallation(
    erase.command('person <who>').description('By id or e-mail address; the person must have been let go before'),
  )
    .requiredOption('--reason <sentence>', 'goes into the ledger for ever; name nobody in it')
    .addHelpText('after', '\nExit code: 0 erased, 1 it is carried out when Muster’s worker runs again.')
    .action(async (who: string, flags: InstallationFlags & { reason: string }) => {
      process.exitCode = await erasePerson(who, flags);
    });
  onInstallation(
    erase.command('backup <folder>').description('Take the keys of everybody who was erased since out of a backup'),
  ).action(async (folder: string, flags: InstallationFlags) => {
    process.exitCode = await eraseInBackup(resolve(folder), flags);
  });
  for (const command of erase.commands) command.exitOverride();
}

async function erasePerson(
  who: string,
  { installation, reason }: InstallationFlags & { reason: string },
): Promise<number> {
  if (reason.trim().length < 3) throw new UsageError('--reason: say why, in a sentence.');
  const [{ HostLedger }, { hostSeal }, { eventOf }, { SecretBox }, { emailTag }, { stillHere }] = await Promise.all([
    import('../recovery/host-ledger.ts'),
    import('../recovery/host-seal.ts'),
    import('@muster/control-plane/platform/cqrs/event-of'),
    import('@muster/control-plane/platform/personal-data/personal-data'),
    import('@muster/control-plane/domains/access/email-tag'),
    import('@muster/control-plane/domains/access/erasure/erasable'),
  ]);
  const pool = new pg.Pool({ connectionString: adminUrl(installation), max: 2, application_name: 'muster-erase' });
  try {
    const { master } = await hostSeal(pool, installation);
    const tag = isUuid(who) ? null : emailTag(new SecretBox(master, 'access'), who);
    const { rows } = await pool.query<{ person_id: string; email_tag: string }>(
      `select person_id, email_tag from muster.access_people where ${tag === null ? 'person_id = $1' : 'email_tag = $1'}`,
      [tag ?? who],
    );
    const [person] = rows;
    if (!person) throw new UsageError('There is nobody by that id or address.');
    if (await stillHere(pool, person.person_id)) {
      throw new UsageError('This person may still come in. Let the person go first (People, Let go), then erase.');
    }
    const ledger = new HostLedger(pool);
    const erased = eventOf(SubjectErased, { personId: person.person_id, reason: reason.trim().slice(0, 500) });
    const release = [{ namespace: 'access.email', key: person.email_tag }];
    await ledger.append(`person-${person.person_id}`, 'person', [erased], reason.trim().slice(0, 500), release);
    await ledger.close();
    return await carriedOut(pool, person.person_id);
  } finally {
    await pool.end();
  }
}

/** The worker does it; this only looks whether it did. */
async function carriedOut(pool: pg.Pool, personId: string): Promise<number> {
  const deadline = Date.now() + CARRIED_OUT_MS;
  for (;;) {
    const { rowCount } = await pool.query('select 1 from vault.erased_subjects where subject_id = $1', [personId]);
    if (rowCount === 1) {
      console.log(
        'Erased. Backups taken before still hold the key: muster erase backup <folder> takes it out of each.',
      );
      return INTACT;
    }
    if (Date.now() > deadline) {
      console.log('Ordered. It is carried out as soon as Muster’s worker runs.');
      return WRONG;
    }
    await new Promise((wake) => setTimeout(wake, 200));
  }
}

async function eraseInBackup(folder: string, { installation }: InstallationFlags): Promise<number> {
  const { forgetInBackup } = await import('../recovery/forget-in-backup.ts');
  const pool = new pg.Pool({ connectionString: adminUrl(installation), max: 1, application_name: 'muster-erase' });
  try {
    const forgotten = await forgetInBackup({ folder, keys: join(installation, 'keys'), pool });
    console.log(
      forgotten === 0
        ? 'Nobody who was erased has a key in this backup.'
        : `${forgotten} keys were taken out of the backup, and its manifest was signed anew.`,
    );
    return INTACT;
  } finally {
    await pool.end();
  }
}
