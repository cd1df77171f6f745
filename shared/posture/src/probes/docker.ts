// Docker by its own API over its Unix socket: what runs, with which rights, from which images. Environment variables carry
// passwords and are not asked for beyond what inspect gives; none is kept.
import { z } from 'zod';
import { firstSeen } from '../first-seen.ts';
import type { ProbedHost } from '../host.ts';
import { couldNot, probe, said } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';

const SOCKET = '/var/run/docker.sock';
const MOST_CONTAINERS = 200;

const container = z.strictObject({
  name: said(120),
  image: said(300),
  /** Pulled by digest, or known by one. */
  pinned: z.boolean(),
  privileged: z.boolean(),
  hostNetwork: z.boolean(),
  hostPids: z.boolean(),
  binds: z.array(said(200)).max(50),
  capabilities: z.array(said(40)).max(50),
  unconfined: z.boolean(),
  newSince: z.int().nonnegative().nullable(),
});
export type Container = z.infer<typeof container>;

export const docker = probe('docker', {
  sentence: 'Containers with their rights and images, and whether the engine listens on the network',
  cadence: 'minutes',
  costMs: 80,
  privilege: 'Docker’s socket belongs to root',
  reading: z.strictObject({
    installed: z.boolean(),
    read: z.boolean(),
    containers: z.array(container).max(MOST_CONTAINERS),
    /** `tcp://…` of daemon.json, and whether it asks for certificates of its clients. */
    hosts: z.array(said(100)).max(20),
    verified: z.boolean(),
  }),
  async gather(host, unreadable) {
    const settings = await host.read('/etc/docker/daemon.json');
    const daemon = daemonOf(settings.state === 'read' ? settings.text : '');
    const socket = await host.run('find', [SOCKET, '-printf', '%y\\n']);
    if ((socket?.stdout ?? '') === '') return { installed: false, read: true, containers: [], ...daemon };
    const listed = await get(host, '/containers/json', unreadable);
    const summaries = z.array(summary).safeParse(listed).data;
    if (summaries === undefined) return { installed: true, read: false, containers: [], ...daemon };
    const seen = await firstSeen(host, 'containers', summaries.map(nameAndImage), true);
    const containers: Container[] = [];
    for (const one of summaries.slice(0, MOST_CONTAINERS)) {
      const inspected = details.safeParse(await get(host, `/containers/${one.Id}/json`, unreadable)).data;
      if (inspected === undefined) continue;
      const image = imageDetails.safeParse(await get(host, `/images/${one.ImageID}/json`, unreadable)).data;
      containers.push(described(one, inspected, image, seen.newSince(nameAndImage(one))));
    }
    return {
      installed: true,
      read: containers.length === Math.min(summaries.length, MOST_CONTAINERS),
      containers,
      ...daemon,
    };
  },
});

const summary = z.object({
  Id: z.string().regex(/^[0-9a-f]{12,64}$/),
  Names: z.array(z.string()),
  Image: z.string(),
  ImageID: z.string().regex(/^sha256:[0-9a-f]{64}$/),
});
const details = z.object({
  HostConfig: z.object({
    Privileged: z.boolean(),
    NetworkMode: z.string(),
    PidMode: z.string(),
    Binds: z.array(z.string()).nullable(),
    CapAdd: z.array(z.string()).nullable(),
    SecurityOpt: z.array(z.string()).nullable(),
  }),
});
const imageDetails = z.object({ RepoDigests: z.array(z.string()).nullish() });

const nameAndImage = ({ Names, Image }: z.infer<typeof summary>): string => `${Names[0] ?? ''} ${Image}`;

function described(
  one: z.infer<typeof summary>,
  { HostConfig: host }: z.infer<typeof details>,
  image: z.infer<typeof imageDetails> | undefined,
  newSince: number | null,
): Container {
  return {
    name: (one.Names[0] ?? '').replace(/^\//, '').slice(0, 120),
    image: one.Image.slice(0, 300),
    pinned: one.Image.includes('@sha256:') || (image?.RepoDigests?.length ?? 0) > 0,
    privileged: host.Privileged,
    hostNetwork: host.NetworkMode === 'host',
    hostPids: host.PidMode === 'host',
    binds: (host.Binds ?? []).map((bind) => bind.slice(0, 200)).slice(0, 50),
    capabilities: (host.CapAdd ?? []).map((name) => name.slice(0, 40)).slice(0, 50),
    unconfined: (host.SecurityOpt ?? []).some((option) => /unconfined|label[:=]disable/.test(option)),
    newSince,
  };
}

async function get(host: ProbedHost, path: string, unreadable: UnreadablePart[]): Promise<unknown> {
  const ran = await host.run('curl', ['-sS', '-m', '5', '--fail', '--unix-socket', SOCKET, `http://localhost${path}`]);
  if (ran?.code === 0) return parsed(ran.stdout);
  couldNot(`Docker ${path.replaceAll(/[0-9a-f]{40,}/g, '…')}`, ran, unreadable);
  return undefined;
}

function daemonOf(text: string): { hosts: string[]; verified: boolean } {
  const settings = z
    .object({ hosts: z.array(z.string()).optional(), tlsverify: z.boolean().optional() })
    .safeParse(parsed(text)).data;
  return {
    hosts: (settings?.hosts ?? [])
      .filter((one) => one.startsWith('tcp://'))
      .map((one) => one.slice(0, 100))
      .slice(0, 20),
    verified: settings?.tlsverify === true,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
