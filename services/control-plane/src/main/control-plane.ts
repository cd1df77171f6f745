// Entry point of api, worker and gateway; MUSTER_ROLES says which of them this process is. In the local start it is all
// three.
import { readSettings, SettingsError } from '../platform/config/settings.ts';
import { startControlPlane, type RunningControlPlane } from './application.ts';

/** After this a stop is forced: a supervisor waits a little longer. */
const STOP_DEADLINE_MS = 8000;

async function main(): Promise<void> {
  stopOnSignal(await startControlPlane(readSettings(process.env)));
  process.send?.({ type: 'ready' });
}

function stopOnSignal(running: RunningControlPlane): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    await running.stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
  // Whoever started this process is gone.
  process.on('disconnect', () => void stop());
}

main().catch((error: unknown) => {
  // A setting is the operator's to mend: a sentence. Anything else is ours: the stack helps.
  const text = error instanceof SettingsError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`control plane: ${text}\n`);
  process.exit(1);
});
