// A first `npm start` on an empty folder, for one spec file; everything it made is removed afterwards.
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { freePort } from '@muster/deploy/local/processes/free-port';
import { startMuster, stopMuster, type LocalStart, type LocalStartOptions } from '../../support/local-start.ts';

export interface FirstStart extends LocalStart {
  data: string;
  port: number;
  remove(): Promise<void>;
}

export async function firstStart(options: Partial<LocalStartOptions> = {}): Promise<FirstStart> {
  const data = await mkdtemp('/var/tmp/muster-e2e-');
  await chmod(data, 0o755);
  const port = await freePort();
  const started = await startMuster({ data, port, ...options });
  return {
    ...started,
    data,
    port,
    async remove() {
      await stopMuster(started.pid);
      await rm(data, { recursive: true, force: true });
    },
  };
}
