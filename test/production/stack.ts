// Muster as docker-compose.yml runs it, for a test: built from this clone or from the release before, behind its TLS proxy,
// with a certificate that the proxy made for itself.
import { spawnSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { docker, tryDocker } from '../lab/docker.ts';
import { isBuilt, nodeWithPackages, PRESENT, previousRelease, type Release } from './release.ts';

const BUILD_DEADLINE_MS = 600_000;
const HEALTHY_DEADLINE_MS = 150_000;
const UPGRADE_DEADLINE_MS = 400_000;

/** What runs the image of Muster for as long as the stack is up. */
const PROCESSES = ['api-1', 'api-2', 'gateway-1', 'gateway-2', 'worker', 'signer', 'sequencer', 'web'];

/**
 * `docker compose` of this stack, where no terminal is, and its volumes, which have its name instead of `muster`. `exec` goes
 * past it: docker-compose 1.29 loses what a program prints when nobody can type.
 */
const SHELL = `
docker() {
  case $1 in
    compose) shift ;;
    volume) command docker "\${@/#muster_/\${PROJECT}_}"; return ;;
    *) command docker "$@"; return ;;
  esac
  case $1 in
    exec)
      shift
      [ "$1" != -T ] || shift
      service=$1
      shift
      command docker exec "$(command $COMPOSE ps -q "$service")" "$@"
      ;;
    run)
      shift
      local words=() word
      for word in "$@"; do
        [ "$word" = -T ] || words+=("\${word/#muster_installation:/\${PROJECT}_installation:}")
      done
      command $COMPOSE run -T "\${words[@]}"
      ;;
    *) command $COMPOSE "$@" ;;
  esac
}`;

export interface StackOptions {
  /** Docker names everything after it. */
  project: string;
  /** Host address that the proxy listens on, and that servers and browsers reach. */
  address: string;
  port: number;
  say?: (sentence: string) => void;
}

export class Stack {
  readonly url: string;
  readonly #options: StackOptions;

  constructor(options: StackOptions) {
    this.#options = options;
    this.url = `https://${options.address}:${options.port}`;
  }

  async build(): Promise<void> {
    await this.#timed('Images built', () => this.#compose(['build'], BUILD_DEADLINE_MS));
  }

  /** Unpacks the release before into `folder`, and builds it. The present one is built already. */
  async buildPrevious(folder: string): Promise<Release> {
    const release = await previousRelease(folder);
    if (!(await isBuilt(release)))
      await this.#timed('The release before built', async () => {
        await this.#compose(['build'], BUILD_DEADLINE_MS, release, { NODE_IMAGE: await nodeWithPackages() });
      });
    return release;
  }

  async up(release = PRESENT): Promise<void> {
    await this.#timed('Every service healthy', async () => {
      await this.#compose(['up', '-d'], HEALTHY_DEADLINE_MS, release);
      await this.untilHealthy();
    });
  }

  /** As an operator upgrades: deploy/upgrade.sh. Answers what it printed; throws when it went back. */
  async upgrade(backup: string, image = PRESENT.image): Promise<string> {
    let printed = '';
    await this.#timed(`Upgraded to ${image}`, async () => {
      const script = ['sh', join(PRESENT.folder, 'deploy/upgrade.sh'), '--backup', backup];
      printed = await this.#run(script, UPGRADE_DEADLINE_MS, PRESENT.folder, this.#operator({ ...PRESENT, image }));
    });
    return printed;
  }

  /** Like `upgrade`, but the script is killed once it has printed `line`. What it had asked Docker for last comes to its end. */
  async upgradeKilledAt(line: RegExp, backup: string): Promise<string> {
    const script = spawn('sh', [join(PRESENT.folder, 'deploy/upgrade.sh'), '--backup', backup], {
      cwd: PRESENT.folder,
      env: this.#operator(PRESENT),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let printed = '';
    const late = setTimeout(() => script.kill('SIGKILL'), UPGRADE_DEADLINE_MS);
    script.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (line.test(printed)) script.kill('SIGKILL');
    });
    const signal = await new Promise((resolve) => script.once('close', (_code, by) => resolve(by)));
    clearTimeout(late);
    if (signal !== 'SIGKILL') throw new Error(`The upgrade ended by itself:\n${printed}`);
    return printed;
  }

  /** An image like the built one, whose migration fails. */
  async breakImage(name: string): Promise<void> {
    const migration = `export const up = async () => { throw new Error("broken on purpose"); };`;
    const path = '/opt/muster/migrations/dist/versions/9999_audit_broken.js';
    const file = `FROM ${PRESENT.image}\nUSER root\nRUN echo '${migration}' > ${path}\nUSER muster\n`;
    await docker(['build', '-q', '-t', name, '-'], 60_000, file);
  }

  async down(): Promise<void> {
    await this.#compose(['down', '--volumes', '--remove-orphans', '--timeout', '5'], 120_000);
  }

  async untilHealthy(): Promise<void> {
    const until = Date.now() + HEALTHY_DEADLINE_MS;
    for (;;) {
      const states = await this.states();
      const waiting = Object.entries(states).filter(([, state]) => state !== 'healthy' && state !== 'ended');
      if (waiting.length === 0) return;
      const failed = waiting.filter(([, state]) => state === 'failed');
      if (failed.length > 0 || Date.now() > until) {
        const [service = ''] = failed[0] ?? waiting[0] ?? [];
        throw new Error(`Not healthy: ${JSON.stringify(states)}\n${await this.logs(service)}`);
      }
      await sleep(500);
    }
  }

  /** By service: healthy, ended (with code 0), failed, or what Docker says of its health. */
  async states(): Promise<Record<string, string>> {
    const states: Record<string, string> = {};
    for (const { service, id } of await this.#containers()) {
      const format = '{{.State.Status}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{end}}';
      const [status = '', code = '', health = ''] = (await docker(['inspect', '-f', format, id])).split(' ');
      if (status === 'exited') states[service] = code === '0' ? 'ended' : 'failed';
      else states[service] = health || status;
    }
    return states;
  }

  async imageId(image: string): Promise<string> {
    return await docker(['image', 'inspect', '-f', '{{.Id}}', image]);
  }

  /** Ids of the images that Muster's processes run; one, unless something is between two releases. */
  async images(): Promise<string[]> {
    const running = (await this.#containers()).filter(({ service }) => PROCESSES.includes(service));
    const format = ['inspect', '-f', '{{.Image}}', ...running.map(({ id }) => id)];
    return [...new Set((await docker(format)).split('\n'))];
  }

  /** Ends a service's process as the kernel would: at once, and without its container being told to stay down. */
  async crash(service: string): Promise<void> {
    const pid = await docker(['inspect', '-f', '{{.State.Pid}}', await this.container(service)]);
    process.kill(Number(pid), 'SIGKILL');
  }

  async exec(service: string, ...command: string[]): Promise<string> {
    return await docker(['exec', await this.container(service), ...command]);
  }

  /** Commands of a page, as an operator pastes them into a shell beside docker-compose.yml; answers what they printed. */
  async asWritten(commands: string): Promise<string> {
    const shell = ['bash', '-euo', 'pipefail', '-c', `${SHELL}\n${commands}`];
    return await this.#run(shell, 120_000, PRESENT.folder, this.#operator(PRESENT));
  }

  /** Where the host has a volume's files. */
  async volume(name: string): Promise<string> {
    return await docker(['volume', 'inspect', '-f', '{{.Mountpoint}}', `${this.#options.project}_${name}`]);
  }

  /** Containers of single runs (`docker compose run`) that are still there, running or not. */
  async singleRuns(): Promise<string[]> {
    const labels = [`com.docker.compose.project=${this.#options.project}`, 'com.docker.compose.oneoff=True'];
    const found = await docker(['ps', '-a', '-q', ...labels.flatMap((label) => ['--filter', `label=${label}`])]);
    return found.split('\n').filter((id) => id !== '');
  }

  async logs(service: string): Promise<string> {
    const { stdout, stderr } = await tryDocker(['logs', '--tail', '40', await this.container(service)]);
    return stdout + stderr;
  }

  /** As the sequencer signed it last. */
  async newestCheckpoint(): Promise<string> {
    const query = 'select note from es.checkpoints order by size desc limit 1';
    const psql = `PGPASSWORD=$(cat /run/muster/password) psql -U postgres -h 127.0.0.1 -d muster -Atc "${query}"`;
    return `${await this.exec('postgres', 'sh', '-c', psql)}\n`;
  }

  async certificate(): Promise<string> {
    return await this.exec('proxy', 'cat', '/var/lib/muster-proxy/fullchain.pem');
  }

  /** Where each service can be found on its networks, and what it publishes on the host. */
  async addresses(): Promise<{ service: string; addresses: string[]; published: string[] }[]> {
    const found = [];
    for (const { service, id } of await this.#containers()) {
      const addresses = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
      const published =
        '{{range $port, $to := .NetworkSettings.Ports}}{{range $to}}{{.HostIp}}:{{.HostPort}} {{end}}{{end}}';
      const words = async (format: string) => (await docker(['inspect', '-f', format, id])).split(' ').filter(Boolean);
      found.push({ service, addresses: await words(addresses), published: await words(published) });
    }
    return found;
  }

  async container(service: string): Promise<string> {
    const found = (await this.#containers()).find((one) => one.service === service);
    if (found === undefined) throw new Error(`There is no container of ${service}.`);
    return found.id;
  }

  async #containers(): Promise<{ id: string; service: string }[]> {
    const label = `label=com.docker.compose.project=${this.#options.project}`;
    const format = '{{.ID}} {{.Label "com.docker.compose.service"}}';
    const lines = await docker(['ps', '-a', '--filter', label, '--format', format]);
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [id = '', service = ''] = line.split(' ');
        return { id, service };
      });
  }

  async #compose(
    args: readonly string[],
    deadlineMs: number,
    release = PRESENT,
    more: NodeJS.ProcessEnv = {},
  ): Promise<string> {
    const command = [...composeCommand(), '-p', this.#options.project, ...args];
    return await this.#run(command, deadlineMs, release.folder, { ...this.#environment(release), ...more });
  }

  /** Of a shell in which somebody works on this stack. */
  #operator(release: Release): NodeJS.ProcessEnv {
    const { project } = this.#options;
    const compose = [...composeCommand(), '-p', project].join(' ');
    return { ...this.#environment(release), COMPOSE: compose, PROJECT: project };
  }

  #environment({ image, proxyImage }: Release): NodeJS.ProcessEnv {
    const { address, port } = this.#options;
    return {
      ...process.env,
      MUSTER_PUBLIC_URL: this.url,
      MUSTER_LISTEN: `${address}:${port}`,
      MUSTER_IMAGE: image,
      PROXY_IMAGE: proxyImage,
      MUSTER_NETWORK: '10.75',
      MUSTER_HEALTH_INTERVAL: '3s',
      MUSTER_OPEN_FILES: openFiles(),
    };
  }

  async #run(
    [command = '', ...args]: readonly string[],
    deadlineMs: number,
    cwd: string,
    env: NodeJS.ProcessEnv,
  ): Promise<string> {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const late = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    clearTimeout(late);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}:\n${output.slice(-8000)}`);
    return output;
  }

  async #timed(what: string, work: () => Promise<unknown>): Promise<void> {
    const started = Date.now();
    await work();
    this.#options.say?.(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
}

/** The plugin where it is installed, else docker-compose 1.29 as Debian has it. */
function composeCommand(): string[] {
  const plugin = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore', timeout: 10_000 });
  return plugin.status === 0 ? ['docker', 'compose'] : ['docker-compose'];
}

/** What production asks for, or as much as this machine may give. */
function openFiles(): string {
  const limit = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return String(Math.min(65_536, Number(limit ?? 1024)));
}
