// What each process is given, and so all that it can lose: its own database address and the keys it works with. One
// folder per process, which only that process sees.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from '@muster/control-plane/platform/keys/installation-secrets';
import type { LoginRole } from '@muster/migrations/runner';
import { writePrivate } from './private-file.ts';

interface Share {
  readonly role: LoginRole;
  /** Files of the keys folder. All of them know the keyset, which is public. */
  readonly keys: readonly string[];
  /** Queues and hints. */
  readonly redis: boolean;
  /** The key of personal fields and of secrets at rest. */
  readonly sealing: boolean;
}

export const SHARES = {
  api: { role: 'muster_app', keys: [], redis: true, sealing: true },
  worker: { role: 'muster_worker', keys: [], redis: true, sealing: true },
  gateway: { role: 'muster_gateway', keys: ['gateway.key'], redis: true, sealing: true },
  signer: { role: 'muster_signer', keys: ['task.key'], redis: false, sealing: false },
  sequencer: { role: 'muster_sequencer', keys: ['ledger.key'], redis: false, sealing: false },
  prober: { role: 'muster_prober', keys: [], redis: false, sealing: false },
  auditor: { role: 'muster_auditor', keys: [], redis: false, sealing: false },
} as const satisfies Record<string, Share>;

export interface HandOut {
  /** Folder of the installation: `keys/` and `secrets.key`. */
  readonly installation: string;
  /** Folder that gets one folder per process. */
  readonly to: string;
  readonly secrets: Secrets;
  /** host:port/name */
  readonly database: string;
  /** host:port */
  readonly redis: string;
}

/** Only read by one container, whose user has another number in every image. */
const FOR_A_FOREIGN_USER = 0o644;

export async function handOut({ installation, to, secrets, database, redis }: HandOut): Promise<void> {
  const copy = async (folder: string, file: string): Promise<void> =>
    writePrivate(join(to, folder, file.split('/').at(-1) ?? file), await readFile(join(installation, file)));
  const address = (role: string, password: string): string => `postgresql://${role}:${password}@${database}\n`;

  for (const [folder, share] of Object.entries<Share>(SHARES)) {
    await writePrivate(join(to, folder, 'database.url'), address(share.role, secrets.roles[share.role]));
    for (const file of ['keyset.json', 'root.pub', ...share.keys]) await copy(folder, `keys/${file}`);
    if (share.redis) await writePrivate(join(to, folder, 'redis.url'), `redis://:${secrets.redis}@${redis}\n`);
    if (share.sealing) await copy(folder, 'secrets.key');
  }
  await writePrivate(join(to, 'migrate', 'database.url'), address('postgres', secrets.superuser));
  await writePrivate(join(to, 'migrate', 'role-passwords.json'), `${JSON.stringify(secrets.roles)}\n`);
  await writePrivate(join(to, 'postgres', 'password'), `${secrets.superuser}\n`, FOR_A_FOREIGN_USER);
  await writePrivate(join(to, 'redis', 'redis.conf'), redisConf(secrets.redis), FOR_A_FOREIGN_USER);
}

/** Redis carries ids that PostgreSQL has too: what it forgets costs a sweep, so it need not write at every command. */
function redisConf(password: string): string {
  return [
    'bind * -::*',
    `requirepass ${password}`,
    'dir /data',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}
