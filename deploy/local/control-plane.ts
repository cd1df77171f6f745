// The control plane's four processes. Each is given only what it needs: its own database role, and the folder of keys.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ensureKeys } from '@muster/control-plane/platform/keys/key-store';
import type { DataFolder } from './data-folder.ts';
import type { LocalDatabase } from './database.ts';
import type { ProcessPlan, RunningProcess, Supervisor } from './supervisor.ts';
import type { LocalSettings } from './variables.ts';

interface ControlPlaneNeeds {
  clone: string;
  folder: DataFolder;
  settings: LocalSettings;
  database: LocalDatabase;
  redisUrl: string | undefined;
  secretFile: string;
  say: (sentence: string) => void;
}

export async function startControlPlane(supervisor: Supervisor, needs: ControlPlaneNeeds): Promise<RunningProcess> {
  const { clone, folder, settings, database, say } = needs;
  const keys = ensureKeys(folder.keys, `${hostname().toLowerCase()}/muster/1`, new Date());
  if (keys.rootWords !== null) {
    const wordsFile = join(folder.keys, 'root-words.txt');
    await writeFile(wordsFile, `${keys.rootWords}\n`, { mode: 0o600 });
    say(
      `The root key that this installation's servers will trust was made. Its 24 words are in ${wordsFile}: put them away.`,
    );
  }
  const hints = needs.redisUrl === undefined ? {} : { REDIS_URL: needs.redisUrl };
  const main = join(clone, 'services/control-plane/dist/main');
  const plan = (name: string, file: string, env: NodeJS.ProcessEnv): ProcessPlan => ({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(main, file)],
    env: { ...inherited(), ...hints, MUSTER_KEYS: folder.keys, MUSTER_SECRET_FILE: needs.secretFile, ...env },
    cwd: clone,
    logFile: join(folder.logs, `${file.replace('.js', '')}.log`),
    saysReady: true,
  });
  const web = join(clone, 'web/build');
  const controlPlane = plan('control plane', 'control-plane.js', {
    MUSTER_ROLES: 'api,worker,gateway',
    MUSTER_PORT: String(settings.port),
    MUSTER_BIND: settings.bind,
    MUSTER_PUBLIC_URL: settings.publicUrl,
    MUSTER_RELEASES: folder.releases,
    MUSTER_BACKUP_ALARM_HOURS: settings.backupAlarmHours,
    MUSTER_DATABASE_URL_APP: database.urlAs('muster_app'),
    MUSTER_DATABASE_URL_WORKER: database.urlAs('muster_worker'),
    MUSTER_DATABASE_URL_GATEWAY: database.urlAs('muster_gateway'),
    ...(needs.redisUrl === undefined
      ? { MUSTER_DATABASE_URL_QUEUE: database.queueUrl }
      : { REDIS_URL: needs.redisUrl }),
    ...(existsSync(web) ? { MUSTER_WEB: web } : {}),
  });
  const signer = plan('signer', 'signer.js', { MUSTER_DATABASE_URL_SIGNER: database.urlAs('muster_signer') });
  const sequencer = plan('sequencer', 'sequencer.js', {
    MUSTER_DATABASE_URL_SEQUENCER: database.urlAs('muster_sequencer'),
  });
  const prober = plan('prober', 'prober.js', { MUSTER_DATABASE_URL_PROBER: database.urlAs('muster_prober') });
  const [running] = await Promise.all([
    supervisor.start(controlPlane),
    supervisor.start(signer),
    supervisor.start(sequencer),
    supervisor.start(prober),
  ]);
  return running;
}

/** What any program needs of the environment, and nothing that was meant for us. */
function inherited(): NodeJS.ProcessEnv {
  const names = [
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'NODE_EXTRA_CA_CERTS',
    'NODE_COMPILE_CACHE',
    'MUSTER_LOG_LEVEL',
    'MUSTER_SESSION_SECONDS',
    'MUSTER_SESSION_IDLE_SECONDS',
    'MUSTER_SESSION_ROTATE_SECONDS',
    'MUSTER_STEP_UP_SECONDS',
    'MUSTER_PROBER_NETWORKS',
    'MUSTER_PROBER_RESOLVERS',
    'MUSTER_PROBER_EVERY_SECONDS',
    'MUSTER_PROBER_AT_ONCE',
    'MUSTER_PROBER_DKIM_SELECTORS',
    'MUSTER_METRICS_PORT',
    'MUSTER_METRICS_BIND',
    'MUSTER_OTLP_TRACES',
  ];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
