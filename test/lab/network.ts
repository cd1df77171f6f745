// A private network for one lab. The control plane runs on the host and is reached at the network's gateway address.
import { docker, tryDocker } from './docker.ts';

export interface LabNetwork {
  name: string;
  /** The host's own address in it. */
  gateway: string;
}

export async function createNetwork(name: string): Promise<LabNetwork> {
  // Another lab or the machine's own routes may use a range; the first that Docker accepts is ours.
  for (let third = 0; third < 250; third += 10) {
    const subnet = `10.77.${third}.0/24`;
    const gateway = `10.77.${third}.1`;
    const made = await tryDocker([
      'network',
      'create',
      '--subnet',
      subnet,
      '--gateway',
      gateway,
      '--label',
      'muster-lab',
      name,
    ]);
    if (made.code === 0) return { name, gateway };
    if (!/overlap|in use/i.test(made.stderr)) throw new Error(`The lab's network could not be made: ${made.stderr}`);
  }
  throw new Error('No free range between 10.77.0.0/24 and 10.77.240.0/24 is left for the lab network.');
}

export async function removeNetwork(name: string): Promise<void> {
  const found = await docker(['network', 'ls', '--filter', `name=^${name}$`, '--format', '{{.Name}}']);
  if (found !== '') await docker(['network', 'rm', name]);
}
