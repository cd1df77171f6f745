// `npm start` and `npm run demo`: Muster with everything it needs on this machine, in one process tree. A real PostgreSQL,
// Redis where the machine has one, the control plane's processes with their own roles and keys, and this machine's agent,
// which observes and changes nothing.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretFile, secrets } from '@muster/control-plane/platform/keys/installation-secrets';
import { claimFolder } from './one-start.ts';
import { dataFolder } from './data-folder.ts';
import { startDatabase } from './database.ts';
import { startDemoFleet } from './demo-fleet.ts';
import { startLocalAgent } from './local-agent.ts';
import { startControlPlane } from './control-plane.ts';
import { startQueueBackend } from './queue-backend.ts';
import { isFree } from './processes/free-port.ts';
import { unprivilegedUser } from './processes/unprivileged-user.ts';
import { keepWitnessList } from './root-key.ts';
import { Shutdown } from './shutdown.ts';
import { Supervisor } from './supervisor.ts';
import { buildReleases } from './releases.ts';
import { readLocalSettings } from './variables.ts';
import { LogFile } from './log-file.ts';

const CLONE = join(import.meta.dirname, '../..');
const demo = process.argv.includes('--demo');
const shutdown = new Shutdown(say);

try {
  await start();
} catch (error) {
  if (!shutdown.begun) {
    console.error(error instanceof Error ? error.message : error);
    await shutdown.now(1);
  }
}

async function start(): Promise<void> {
  const settings = readLocalSettings(process.env);
  if (!(await isFree(settings.port, settings.bind))) {
    throw new Error(
      `Port ${settings.port} on ${settings.bind} is already in use. Stop what listens there (ss -ltnp 'sport = :${settings.port}' shows it), or choose another port: MUSTER_PORT=7411 npm start`,
    );
  }
  const user = unprivilegedUser(say);
  const folder = await dataFolder(CLONE, user, say);
  shutdown.add('the data folder', claimFolder(folder.path));
  const kept = await secrets(folder.path);

  const databaseLog = new LogFile(join(folder.logs, 'postgres.log'));
  const starting = startDatabase(folder, user, kept, (line) => databaseLog.write(line), say);
  // Known from the beginning: a stop in the middle of its start waits for it, so that nothing writes here once we are gone.
  shutdown.add('PostgreSQL', async () => {
    const started = await starting.catch(() => undefined);
    await started?.server.stop(20_000);
  });
  const database = await starting;
  if (shutdown.begun) return;
  void database.server.exited.then((how) =>
    shutdown.because(`PostgreSQL ended (${how}); its log is ${databaseLog.path}.`),
  );

  // For `muster verify`, which is run by whoever may read this folder; the port is another at each start.
  await writeFile(join(folder.path, 'auditor.url'), `${database.urlAs('muster_auditor')}\n`, { mode: 0o600 });
  const redisUrl = await startQueueBackend(settings.redisUrl, folder.redis, shutdown, say);

  const supervisor = new Supervisor(say, (sentence) => void shutdown.because(sentence));
  shutdown.add('Muster’s processes', () => supervisor.stop());
  const controlPlane = await startControlPlane(supervisor, {
    clone: CLONE,
    folder,
    settings,
    database,
    redisUrl,
    secretFile: await secretFile(folder.path),
    say,
  });

  if (shutdown.begun) return;
  const absent = await startLocalAgent(supervisor, controlPlane, { clone: CLONE, folder, settings });
  if (absent !== undefined) say(absent);
  if (demo) await startDemoFleet(supervisor, controlPlane, { clone: CLONE, folder, settings });

  shutdown.add('the list of witnesses', keepWitnessList(controlPlane, folder.keys, say));
  const owner = await controlPlane.ask({ type: 'owner-link' });
  if (shutdown.begun) return;
  console.log(`Muster is ready at ${settings.publicUrl}`);
  if (owner.type === 'owner-link' && owner.link !== null) {
    console.log(`There is no owner yet. This link works once, for whoever opens it first: ${owner.link}`);
  }
  if (demo) console.log('20 of the servers are simulated and marked so everywhere. This machine is real.');
  console.log('Ctrl-C stops everything that was started.');
  buildReleases(CLONE, folder, shutdown, say);
}

function say(sentence: string): void {
  console.log(sentence);
}
