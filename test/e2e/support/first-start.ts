// A first `npm start` on an empty folder, for one spec file; everything it made is removed afterwards.
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { freePort } from '@muster/deploy/local/processes/free-port';
import { startMuster, stopMuster, type LocalStart, type LocalStartOptions } from '../../support/local-start.ts';

export interface FirstStart extends LocalStart {
  readonly data: string;
  readonly port: number;
  /** Starts it once more on the same data; what ran there must have ended. From then on this is the one that runs. */
  startAgain(): Promise<LocalStart>;
  /** Stops the one that was started last, and then takes the folder away: nothing writes there any more. */
  remove(): Promise<void>;
}

export async function firstStart(options: Partial<LocalStartOptions> = {}): Promise<FirstStart> {
  const data = await mkdtemp('/var/tmp/muster-e2e-');
  await chmod(data, 0o755);
  const asked = { ...options, data, port: options.port ?? (await freePort()) };
  const first: FirstStart = {
    ...(await startMuster(asked)),
    data,
    port: asked.port,
    async startAgain() {
      const again = await startMuster(asked);
      Object.assign(first, again);
      return again;
    },
    async remove() {
      await stopMuster(first.pid);
      await rm(data, { recursive: true, force: true });
    },
  };
  return first;
}
