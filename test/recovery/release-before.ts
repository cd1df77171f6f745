// The release before, out of this repository's own history and without containers: its control plane in this process, from
// its own source over its own modules, its command line, and a server with its agent's link.
import { join } from 'node:path';
import { lendModules, unpackPrevious } from '../compatibility/previous-source.ts';
import type { SimulatedIdentity } from '../fleet/identity.ts';

/** What specs use of that release's own `test/recovery/installation.ts`, which is this one's as it was. */
interface InstallationBefore {
  readonly port: number;
  stop(): Promise<void>;
  enrol(folder: string, name: string): Promise<SimulatedIdentity>;
  entrust(serverId: string): Promise<void>;
  block(range: string): Promise<void>;
  openTasks(): Promise<number>;
  data(eventType: string): Promise<Record<string, unknown>[]>;
}
interface ServerBefore {
  readonly connected: boolean;
  start(): Promise<void>;
  stop(): void;
}
interface ServerOptions {
  readonly controlPlane: string;
  readonly banEveryMs: number;
  readonly log: (message: string) => void;
}

export interface ReleaseBefore {
  /** Of its command line; node runs it with `--conditions=source`. */
  readonly program: string;
  /** `folder`: keys and secrets; `url`: its database as superuser. */
  startInstallation(folder: string, url: string): Promise<InstallationBefore>;
  server(identity: SimulatedIdentity, options: ServerOptions): ServerBefore;
}
export type { InstallationBefore, ServerBefore };

/** `folder` is empty and goes away with the test. */
export async function releaseBefore(folder: string): Promise<ReleaseBefore> {
  await unpackPrevious(folder);
  await lendModules(folder);
  const { Installation } = (await import(join(folder, 'test/recovery/installation.ts'))) as {
    Installation: { start(folder: string, url: string): Promise<InstallationBefore> };
  };
  const { SimulatedServer } = (await import(join(folder, 'test/fleet/simulated-server.ts'))) as {
    SimulatedServer: new (identity: SimulatedIdentity, options: ServerOptions) => ServerBefore;
  };
  return {
    program: join(folder, 'services/cli/src/main.ts'),
    startInstallation: (at, url) => Installation.start(at, url),
    server: (identity, options) => new SimulatedServer(identity, options),
  };
}
