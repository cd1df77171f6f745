// Runs every simulated server whose folder lies in --state, in one process. `npm run demo` starts it.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { identityIn } from './identity.ts';
import { SimulatedServer } from './simulated-server.ts';

const BAN_EVERY_MS = 40_000;

const { values } = parseArgs({ options: { state: { type: 'string' }, url: { type: 'string' } } });
if (values.state === undefined || values.url === undefined) {
  throw new Error('Both are needed: --state FOLDER (one folder per server) and --url ADDRESS of the control plane.');
}
const controlPlane = values.url;
const log = (message: string): void => console.log(`${new Date().toISOString()} ${message}`);
const servers: SimulatedServer[] = [];

for (const name of (await readdir(values.state)).toSorted()) {
  const identity = await identityIn(join(values.state, name), name, controlPlane);
  const server = new SimulatedServer(identity, { controlPlane, banEveryMs: BAN_EVERY_MS, log });
  servers.push(server);
  await server.start();
  // A fleet does not dial in one instant.
  await sleep(25);
}
log(`${servers.length} simulated servers run`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    for (const server of servers) server.stop();
    process.exit(0);
  });
}
