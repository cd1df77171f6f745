// Who asks in the matrix of permissions, and what for: two teams with the same things, and somebody for each built-in role
// on each scope that it can be granted on.
import { builtInRoles, commands, queries, type BuiltInRole } from '@muster/contracts';
import type { GrantScope } from '@muster/contracts/access';
import { endpoints } from '@muster/contracts/endpoints';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { Grants } from '../../domains/access/index.ts';
import { Authority } from '../../platform/cqrs/authority.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { ROWS, type Things } from './matrix-rows.ts';
import { RunningMuster, type Answer, type SignedIn } from './running-muster.ts';

export const actions = [...commands, ...queries];

export interface Cast {
  readonly role: BuiltInRole;
  readonly scope: 'fleet' | 'group' | 'server' | 'tag' | 'client';
  readonly person: SignedIn;
  /** Another with the same grant who types nothing: what they read in the audit trail is not their own words. */
  readonly quiet: SignedIn;
}

export class Matrix {
  readonly cast: Cast[] = [];

  private constructor(
    readonly muster: RunningMuster,
    /** Signed in, and without any grant. */
    readonly nobody: SignedIn,
    readonly mine: Things,
    readonly theirs: Things,
  ) {}

  /** With somebody for each of these roles. */
  static async start(roles: readonly BuiltInRole[] = builtInRoles.map(({ role }) => role)): Promise<Matrix> {
    const muster = await RunningMuster.start();
    const nobody = await muster.person('Nobody in particular');
    const matrix = new Matrix(muster, nobody, await team(muster, 'mine'), await team(muster, 'theirs'));
    await matrix.#hire(roles);
    return matrix;
  }

  async #hire(roles: readonly BuiltInRole[]): Promise<void> {
    const { groupId, serverId, clientId } = this.mine;
    const scopes: Record<Cast['scope'], GrantScope> = {
      fleet: { kind: 'fleet' },
      group: { kind: 'group', groupId },
      server: { kind: 'server', serverId },
      tag: { kind: 'tag', tag: 'mine' },
      client: { kind: 'client', clientId },
    };
    const parts = builtInRoles
      .filter(({ role }) => roles.includes(role))
      .flatMap(({ role, scopes: allowed }) => allowed.map((scope) => ({ role, scope })));
    for (const { role, scope } of parts) {
      const grant = { role, scope: scopes[scope] };
      const [person, quiet] = await Promise.all([
        this.muster.person(`${role} ${scope}`, grant),
        this.muster.person('quiet', grant),
      ]);
      this.cast.push({ role, scope, person, quiet });
    }
  }

  send(name: string, things: Things, as: SignedIn): Promise<Answer> {
    const [method = 'GET', template = ''] = endpoints[name] ?? [];
    const rest = { ...ROWS[name]?.(things) };
    const path = template.replaceAll(/:(\w+)/g, (_, key: string) => {
      const value = String(rest[key]);
      delete rest[key];
      return value;
    });
    const asked = new URLSearchParams(
      Object.entries(rest).map(([key, value]): [string, string] => [key, String(value)]),
    );
    return this.muster.call(method, method === 'GET' ? `${path}?${asked.toString()}` : path, as, rest);
  }

  /** 200, or the status with which the bus refuses before any handler. */
  async decided(name: string, things: Things, as: SignedIn): Promise<number> {
    const definition = actions.find((action) => action.name === name);
    const grants = await this.muster.running.app.get(Grants).of(as.personId);
    const principal = {
      kind: 'person',
      actor: as.personId,
      tenantId: DEFAULT_TENANT,
      permissions: new Set<string>(),
      grants,
    } as const;
    if (!definition) throw new Error(`there is no ${name}`);
    try {
      await this.muster.running.app.get(Authority).decide(definition, ROWS[name]?.(things), principal);
      return 200;
    } catch (error) {
      if (error instanceof Refusal) return error.kind === 'not-found' ? 404 : 403;
      throw error;
    }
  }
}

/** A server in a group, with a tag, a block, an operation and somebody's grant. */
async function team(muster: RunningMuster, mark: string): Promise<Things> {
  const owner = await muster.owner();
  const serverId = await muster.server(`${mark}-web`);
  const ask = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const answer = await muster.call('POST', path, owner, body);
    if (answer.status !== 202) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  };
  const { groupId } = await ask('/api/groups', { name: `${mark} group`, serverIds: [serverId] });
  await ask(`/api/servers/${serverId}/tags`, { tags: [mark] });
  const made = await ask('/api/bans/blocks', {
    range: mark === 'mine' ? '203.0.113.1' : '203.0.113.2',
    target: { kind: 'group', groupId },
    seconds: null,
    reason: `${mark} reason`,
  });
  const operationId = String(made['operationId']);
  let taskId = '';
  await muster.until(async () => {
    const { rows } = await muster.superuser.query<{ task_id: string }>(
      'select task_id from muster.operations_tasks where operation_id = $1',
      [operationId],
    );
    taskId = rows[0]?.task_id ?? '';
    return taskId !== '';
  });
  await muster.superuser.query(
    `insert into muster.bans_ban_log (at, line_id, tenant_id, server_id, what, address, by_kind, by_name, source)
     select now(), gen_random_uuid(), tenant_id, server_id, 'banned', '203.0.113.9', 'jail', $2, 'fail2ban'
     from muster.servers_servers where server_id = $1`,
    [serverId, `${mark}-jail`],
  );
  await muster.superuser.query(
    `insert into muster.bans_jails (server_id, jail, at, banned, banned_total, failed_total)
     values ($1, $2, now(), '{203.0.113.9}', 1, 1)`,
    [serverId, `${mark}-jail`],
  );
  const { clientId } = await ask('/api/clients', { name: `${mark} client`, externalRef: `${mark}-crm` });
  const { siteId } = await ask('/api/sites', { name: `${mark}-shop.example`, serverId, clientId });
  await muster.superuser.query(
    `insert into muster.posture_scores (server_id, from_at, tenant_id, score, critical, high, medium, low, accepted, unknown, areas)
     select server_id, now(), tenant_id, 99.5, 0, 0, 0, 1, 0, 0, '{}' from muster.servers_servers where server_id = $1`,
    [serverId],
  );
  const findingId = newId();
  await muster.superuser.query(
    `insert into muster.posture_findings (finding_id, from_at, tenant_id, server_id, check_id, subject, area, severity, evidence,
       opened_at, opened_position, changed_at, observed_at)
     select $3::uuid, now(), tenant_id, server_id, 'SSH-003', $2, 'ssh', 'low', '{}', now(), 1, now(), now()
     from muster.servers_servers where server_id = $1`,
    [serverId, `${mark}-subject`, findingId],
  );
  const accepted = await ask('/api/posture/waivers', {
    checkId: 'SSH-003',
    target: { kind: 'server', serverId },
    reason: `${mark} reason`,
    until: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const waiverId = String(accepted['waiverId']);
  await muster.until(async () => {
    const { rows } = await muster.superuser.query('select 1 from muster.posture_waivers where waiver_id = $1', [
      waiverId,
    ]);
    return rows.length === 1;
  });
  const holder = await muster.person(`${mark} guest`, { role: 'auditor', scope: { kind: 'server', serverId } });
  const { rows } = await muster.superuser.query<{ grant_id: string }>(
    'select grant_id from muster.access_grants where holder_id = $1',
    [holder.personId],
  );
  return {
    mark,
    serverId,
    groupId: String(groupId),
    blockId: String(made['blockId']),
    operationId,
    taskId,
    grantId: rows[0]?.grant_id ?? '',
    clientId: String(clientId),
    siteId: String(siteId),
    waiverId,
    findingId,
  };
}

/** Anything by which the other team could be known. */
export function traceOf(
  { serverId, groupId, blockId, operationId, taskId, waiverId, findingId, clientId, siteId, mark }: Things,
  text: string,
): string[] {
  return [
    serverId,
    groupId,
    blockId,
    operationId,
    taskId,
    waiverId,
    findingId,
    clientId,
    siteId,
    `${mark}-`,
    `${mark} `,
  ].filter((sign) => text.includes(sign));
}
