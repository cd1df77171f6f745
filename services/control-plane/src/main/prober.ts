// Entry point of the prober: no listener, no key, a database role that can do nothing but take a turn and hand in reports.
import { Prober } from '../domains/posture/prober/prober.ts';
import { readProberSettings } from '../domains/posture/prober/settings.ts';
import { Turns } from '../domains/posture/prober/turns.ts';
import { SettingsError } from '../platform/config/secret-files.ts';
import { connect } from '../platform/database/database.ts';
import { AliveFile } from '../platform/telemetry/alive-file.ts';
import { processLog } from '../platform/telemetry/process-log.ts';

const CONNECTIONS = 2;

async function main(): Promise<void> {
  const settings = readProberSettings(process.env);
  const log = processLog({ level: settings.MUSTER_LOG_LEVEL, name: 'prober' });
  const { pool } = connect(settings.MUSTER_DATABASE_URL_PROBER, 'prober', CONNECTIONS);
  const prober = new Prober(new Turns(pool), settings, log);
  const alive = new AliveFile(settings.MUSTER_ALIVE_FILE);
  const stop = (): void => prober.stop();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.once('disconnect', stop);
  log.info('ready');
  process.send?.({ type: 'ready' });
  await prober.run(() => alive.touch());
  // What is under way is given up: its turn comes again when its lease is over.
  process.exit(0);
}

main().catch((error: unknown) => {
  const sentence = error instanceof SettingsError || error instanceof Error ? error.message : String(error);
  process.stderr.write(`prober: ${sentence}\n`);
  process.exitCode = 1;
});
