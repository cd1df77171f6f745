// The peer: Ansible as one would tune it (pipelining, kept connections, a fork per server), in a container of its own.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { buildImage, docker } from '../../lab/docker.ts';
import type { Lab } from '../../lab/lab.ts';
import { Machine } from '../../lab/machine.ts';
import type { BenchTools } from '../benchmark.ts';

const IMAGE = 'muster-bench-ansible';
const DEBIAN_IMAGE = process.env['MUSTER_LAB_DEBIAN_IMAGE'] ?? 'debian:bookworm-slim';

export interface Ansible {
  /** Milliseconds for one `nft add element` on every server. */
  addEverywhere(): Promise<number>;
}

export async function startAnsible(lab: Lab, machines: readonly Machine[], tools: BenchTools): Promise<Ansible> {
  tools.say('Building the image with Ansible from Debian (the first time takes a minute or two)');
  const folder = import.meta.dirname;
  await buildImage({
    image: IMAGE,
    dockerfile: join(folder, 'ansible.Dockerfile'),
    folder,
    args: ['--build-arg', `DEBIAN_IMAGE=${DEBIAN_IMAGE}`],
    deadlineMs: 600_000,
    stopped: tools.stopped,
  });
  const container = `${lab.name}-ansible`;
  const place = ['--name', container, '--network', lab.name, '--label', `muster-lab=${lab.name}`];
  // The lab takes it down with the rest, once it is there.
  await tools.keep(docker(['run', '-d', ...place, IMAGE]), () => Promise.resolve());
  const controller = new Machine('ansible', container, '');
  const publicKey = await controller.sh(
    'ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519 && cat /root/.ssh/id_ed25519.pub',
  );
  await Promise.all(
    machines.map((machine) =>
      machine.sh(
        'mkdir -p -m 700 /root/.ssh && cat >> /root/.ssh/authorized_keys && nft add table inet peer && nft add set inet peer bans "{ type ipv4_addr; flags timeout; timeout 1h; }"',
        { input: `${publicKey}\n` },
      ),
    ),
  );
  await controller.sh('cat > /root/inventory', { input: `${machines.map((machine) => machine.address).join('\n')}\n` });
  return {
    async addEverywhere() {
      const address = `192.0.2.${randomInt(1, 255)}`;
      const add = `nft add element inet peer bans '{ ${address} }'`;
      const line = `a=$(date +%s%N); ansible all -i /root/inventory -f ${machines.length} -m raw -a "${add}" > /tmp/out 2>&1 || { cat /tmp/out >&2; exit 1; }; b=$(date +%s%N); echo $(( (b - a) / 1000 ))`;
      return Number(await controller.sh(line, { deadlineMs: 180_000 })) / 1000;
    },
  };
}
