// A machine of the lab: one container that boots its own systemd, or the attacker's that only sleeps.
import { setTimeout as sleep } from 'node:timers/promises';
import { docker, tryDocker, type Ran } from './docker.ts';
import { ATTACKER_IMAGE, SERVER_IMAGE } from './images.ts';

/** Capabilities by name: --privileged is refused on some hosts. */
const BOOT_SYSTEMD = [
  ...[
    '--cap-add',
    'NET_ADMIN',
    '--cap-add',
    'NET_RAW',
    '--cap-add',
    'SYS_PTRACE',
    '--cgroupns=host',
    '-v',
    '/sys/fs/cgroup:/sys/fs/cgroup:rw',
  ],
  ...['--tmpfs', '/run', '--tmpfs', '/run/lock', '--tmpfs', '/tmp:exec'],
  // Holds few files, so that one can run out of inodes.
  ...['--tmpfs', '/srv/few:size=1m,nr_inodes=64'],
];
const BOOT_DEADLINE_MS = 90_000;

export class Machine {
  readonly name: string;
  readonly container: string;
  readonly address: string;

  constructor(name: string, container: string, address: string) {
    this.name = name;
    this.container = container;
    this.address = address;
  }

  /** Runs a line of shell as root and answers its output; throws when it fails. */
  async sh(line: string, options: { input?: string; deadlineMs?: number } = {}): Promise<string> {
    const ran = await this.trySh(line, options);
    if (ran.code === 0) return ran.stdout.trim();
    throw new Error(`On ${this.name}: ${line}\nexit code ${ran.code}\n${ran.stderr}${ran.stdout}`);
  }

  async trySh(line: string, options: { input?: string; deadlineMs?: number } = {}): Promise<Ran> {
    const args = ['exec', '-i', this.container, 'sh', '-c', line];
    return await tryDocker(args, options.deadlineMs ?? 60_000, options.input);
  }

  /** Waits until systemd has finished booting; a failed unit is named. */
  async untilBooted(): Promise<void> {
    const until = Date.now() + BOOT_DEADLINE_MS;
    let state = '';
    while (Date.now() < until) {
      state = (await this.trySh('systemctl is-system-running', { deadlineMs: 10_000 })).stdout.trim();
      if (state === 'running') return;
      if (state === 'degraded') break;
      await sleep(500);
    }
    const failed = await this.trySh('systemctl --failed --no-legend --plain');
    throw new Error(`${this.name} did not boot cleanly (${state || 'no answer'}):\n${failed.stdout}`);
  }

  /** Lets it find Debian's mirror: nftables at boot flushes the rules by which Docker's own name server is reached. */
  async findsNames(): Promise<void> {
    const settings = await docker(['run', '--rm', '--network', 'bridge', ATTACKER_IMAGE, 'cat', '/etc/resolv.conf']);
    await this.sh('cat > /etc/resolv.conf', { input: `${settings}\n` });
  }

  /** A power cycle: the disk stays, /run is empty, systemd boots again. */
  async powerCycle(): Promise<void> {
    await docker(['kill', this.container]);
    await docker(['start', this.container]);
    await this.untilBooted();
  }
}

export async function bootServer(lab: string, network: string, name: string, image = SERVER_IMAGE): Promise<Machine> {
  const container = `${lab}-${name}`;
  const place = ['--name', container, '--hostname', name, '--network', network, '--label', `muster-lab=${lab}`];
  await docker(['run', '-d', ...place, ...BOOT_SYSTEMD, image]);
  return new Machine(name, container, await addressOf(container));
}

export async function startAttacker(lab: string, network: string): Promise<Machine> {
  const container = `${lab}-attacker`;
  const place = ['--name', container, '--hostname', 'attacker', '--network', network, '--label', `muster-lab=${lab}`];
  await docker(['run', '-d', ...place, ATTACKER_IMAGE]);
  return new Machine('attacker', container, await addressOf(container));
}

/** Removes every container of a lab, whatever state it is in. */
export async function removeMachines(lab: string): Promise<void> {
  const found = async (): Promise<string[]> => {
    const ids = await docker(['ps', '-aq', '--filter', `label=muster-lab=${lab}`]);
    return ids.split('\n').filter((id) => id !== '');
  };
  const ids = await found();
  if (ids.length === 0) return;
  const removed = await tryDocker(['rm', '-f', '-v', ...ids], 120_000);
  // One that went by itself in between is no failure.
  const left = await found();
  if (left.length > 0) throw new Error(`Containers of ${lab} are left: ${left.join(' ')}\n${removed.stderr}`);
}

async function addressOf(container: string): Promise<string> {
  return await docker(['inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container]);
}
