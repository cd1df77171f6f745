// What each container of a stack may do: as Docker was told, and as the kernel says of its first process.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docker } from '../lab/docker.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/production.md');
const ROW = /^\| (`[a-z0-9-]+`[^|]*)\| ([^|]+)\|/gm;

export interface Confinement {
  readonly readOnly: boolean;
  readonly user: string;
  readonly dropped: readonly string[];
  readonly added: readonly string[];
  readonly options: readonly string[];
  readonly privileged: boolean;
  /** Names as docker-compose.yml has them; none for a container without a network. */
  readonly networks: readonly string[];
  /** Names of volumes as docker-compose.yml has them, and folders of the host. */
  readonly mounts: readonly string[];
}

interface Inspected {
  Config: { User: string };
  HostConfig: {
    ReadonlyRootfs: boolean;
    Privileged: boolean;
    CapAdd: string[] | null;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
  };
  Mounts: { Type: string; Name?: string; Source: string }[];
  NetworkSettings: { Networks: Record<string, unknown> };
}

/** `project`: what Docker puts before each name. */
export async function confinementOf(container: string, project: string): Promise<Confinement> {
  const inspected = JSON.parse(await docker(['inspect', '-f', '{{json .}}', container])) as Inspected;
  const { Config, HostConfig, Mounts, NetworkSettings } = inspected;
  const own = (name: string): string => name.replace(`${project}_`, '');
  return {
    readOnly: HostConfig.ReadonlyRootfs,
    user: Config.User,
    dropped: HostConfig.CapDrop ?? [],
    added: HostConfig.CapAdd ?? [],
    options: HostConfig.SecurityOpt ?? [],
    privileged: HostConfig.Privileged,
    networks: Object.keys(NetworkSettings.Networks)
      .filter((name) => name !== 'none')
      .map(own)
      .toSorted(),
    mounts: Mounts.map(({ Type, Name, Source }) => (Type === 'volume' ? own(Name ?? '') : Source)),
  };
}

/** What the kernel says of a container's first process: its user, and what it may do; all capabilities as one number. */
export async function firstProcess(container: string): Promise<{ uid: number; capabilities: bigint; noNew: boolean }> {
  const status = await docker(['exec', container, 'cat', '/proc/1/status']);
  const field = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
  const sets = ['CapPrm', 'CapEff', 'CapInh', 'CapBnd', 'CapAmb'].map((name) => BigInt(`0x${field(name)}`));
  return {
    uid: Number(field('Uid')),
    capabilities: sets.reduce((all, set) => all | set, 0n),
    noNew: field('NoNewPrivs') === '1',
  };
}

/** Names of the project's networks from which nothing outside can be reached. */
export async function internalNetworks(project: string): Promise<string[]> {
  const filter = ['--filter', `label=com.docker.compose.project=${project}`, '-q'];
  const ids = (await docker(['network', 'ls', ...filter])).split('\n');
  const said = await docker(['network', 'inspect', '-f', '{{.Name}} {{.Internal}}', ...ids]);
  return said
    .split('\n')
    .filter((line) => line.endsWith(' true'))
    .map((line) => line.replace(/ true$/, '').replace(`${project}_`, ''))
    .toSorted();
}

/** Which networks each container has, as the table of the guide says. */
export function networksInGuide(): Record<string, string[]> {
  const text = readFileSync(GUIDE, 'utf8');
  const table = text.slice(text.indexOf('## What runs'), text.indexOf('## Keys'));
  const found: Record<string, string[]> = {};
  for (const [, containers = '', networks = ''] of table.matchAll(ROW)) {
    const names = networks.replaceAll(/\([^)]*\)/g, '').split(',');
    const list = names.map((name) => name.trim()).filter((name) => name !== 'none');
    for (const [, container = ''] of containers.matchAll(/`([a-z0-9-]+)`/g)) found[container] = list.toSorted();
  }
  return found;
}
