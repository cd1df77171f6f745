// `muster secrets`: another key in the place of the one that opens what is sealed at rest. Nothing is sealed anew and nobody
// stops: only the data key is wrapped once more, and later no longer under the old one.
import type { Command } from 'commander';
import { INTACT } from './failure.ts';
import { adminUrl, onInstallation, type InstallationFlags } from './installation.ts';

export function addSecrets(program: Command): void {
  const secrets = program.command('secrets').description('Rotate the key that opens what is sealed at rest');
  const act = (name: string, description: string, run: (flags: InstallationFlags) => Promise<string>): void => {
    onInstallation(secrets.command(name).description(description)).action(async (flags: InstallationFlags) => {
      console.log(await run(flags));
      process.exitCode = INTACT;
    });
  };
  const change = () => import('../recovery/secret-keys.ts');
  act(
    'rotate',
    'Make a new secrets.key; the old one opens the database until it is retired',
    async ({ installation }) => {
      const { rotateSecrets } = await change();
      const { from, to, kept } = await rotateSecrets(adminUrl(installation), installation);
      return `secrets.key is ${to} now; ${from} is accepted until muster secrets retire. Hand it out first (muster setup) where processes have copies.
The old one is kept as ${kept}: backups taken until now need it. Destroy it with the last of them.`;
    },
  );
  act('retire', 'From now on only the present secrets.key opens the database', async ({ installation }) => {
    const { retireSecrets } = await change();
    const retired = await retireSecrets(adminUrl(installation), installation);
    return retired.length === 0 ? 'Nothing else opened it.' : `No longer accepted: ${retired.join(', ')}.`;
  });
  act(
    'rewrap',
    'After a restore: let the present secrets.key open what is under an older one',
    async ({ installation }) => {
      const { rewrapSecrets } = await change();
      const by = await rewrapSecrets(adminUrl(installation), installation);
      return by === null
        ? 'The present secrets.key opens it already.'
        : `Opened with ${by}, and wrapped under the present one.`;
    },
  );
  for (const command of secrets.commands) command.exitOverride();
}
