// Servers as rows of bans name them. Retired ones keep their name: the log goes back further than the fleet.
import type { Target } from '@muster/contracts';
import type { ServerDirectory } from '../../servers/index.ts';

export interface ServerRef {
  readonly serverId: string;
  readonly name: string;
  readonly simulated: boolean;
}

export class ServerRefs {
  constructor(private readonly directory: ServerDirectory) {}

  /** Those that are known, by id. */
  async of(tenantId: string, serverIds: Iterable<string>): Promise<(serverId: string) => ServerRef> {
    const ids = [...new Set(serverIds)];
    if (ids.length === 0) return (serverId) => ({ serverId, name: serverId, simulated: false });
    const [names, present] = await Promise.all([this.directory.names(ids), this.all(tenantId)]);
    return (serverId) => present.get(serverId) ?? { serverId, name: names.get(serverId) ?? serverId, simulated: false };
  }

  async all(tenantId: string): Promise<ReadonlyMap<string, ServerRef>> {
    const servers = (await this.directory.resolve(tenantId, { kind: 'fleet' })) ?? [];
    return new Map(servers.map(({ serverId, name, simulated }) => [serverId, { serverId, name, simulated }]));
  }
}

/** How a target is called; what is gone, or not the reader's to see, has no name. */
export async function targetNames(
  directory: ServerDirectory,
  targets: readonly Target[],
): Promise<(target: Target) => string> {
  const ids = targets.flatMap((target) =>
    target.kind === 'group' ? [target.groupId] : target.kind === 'server' ? [target.serverId] : [],
  );
  const names = ids.length === 0 ? new Map<string, string>() : await directory.names([...new Set(ids)]);
  return (target) => {
    if (target.kind === 'fleet') return 'the fleet';
    const id = target.kind === 'group' ? target.groupId : target.serverId;
    return names.get(id) ?? `a ${target.kind}`;
  };
}
