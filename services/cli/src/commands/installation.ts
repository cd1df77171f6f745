// Flags and variables of commands that work on an installation: its folder, its database as superuser, its root key.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFiles } from '@muster/control-plane/platform/config/secret-files';
import { importSigningKey, signingKeyFromSeed, type SigningKey } from '@muster/kernel/signing';
import type { Command } from 'commander';
import { UsageError } from './failure.ts';

const VARIABLE = 'MUSTER_DATABASE_URL_ADMIN';

export interface InstallationFlags {
  readonly installation: string;
}

export function onInstallation(command: Command): Command {
  return command
    .requiredOption('--installation <folder>', 'keys and secrets of the installation; `.muster` in a clone')
    .addHelpText(
      'after',
      `\nThe database is read from ${VARIABLE} or ${VARIABLE}_FILE and must name a superuser. The database of a running
local start is found without it.`,
    );
}

/** The database as superuser. A local start leaves its address with the installation, and the password is there too. */
export function adminUrl(installation: string): string {
  const given = withFiles(process.env)[VARIABLE];
  if (given !== undefined) return given;
  const address = join(installation, 'auditor.url');
  const passwords = join(installation, 'database-passwords.json');
  if (!existsSync(address) || !existsSync(passwords)) {
    throw new UsageError(`${VARIABLE} is missing: give a postgresql:// address of a superuser.`);
  }
  const url = new URL(readFileSync(address, 'utf8').trim());
  url.username = 'postgres';
  url.password = (JSON.parse(readFileSync(passwords, 'utf8')) as { superuser: string }).superuser;
  return url.href;
}

/** From a key file, or from a file with its 24 words. */
export async function readRootKey(path: string): Promise<SigningKey> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`The root key ${path} cannot be read; name the file it was taken away in with --root-key.`, {
      cause: error,
    });
  }
  if (text.includes('PRIVATE KEY')) return importSigningKey(text);
  const { rootSeedOf } = await import('@muster/control-plane/platform/keys/root-words');
  const seed = rootSeedOf(text.trim());
  if (seed === null) throw new UsageError(`${path} is neither a key file nor 24 words of a root key.`);
  return signingKeyFromSeed(seed);
}
