// The matrix: every command and query of the catalogue × every built-in role × what lies in the person's scope, out of
// it, or with another client; over HTTP, and every live topic over sockets. A command without a row fails. Then the same
// with the bus's checks switched off: row-level security alone must keep what is not theirs out of every answer.
import { builtInRoles, commands, liveTopics, permissionsOf, queries, type BuiltInRole } from '@muster/contracts';
import { scopeKey, type GrantScope } from '@muster/contracts/access';
import { endpoints } from '@muster/contracts/endpoints';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Grants } from '../domains/access/index.ts';
import { Authority } from '../platform/cqrs/authority.ts';
import { Refusal } from '../platform/errors/refusal.ts';
import { RunningMuster, type Answer, type SignedIn } from './testing/running-muster.ts';

/** One team's things; the other's are the same with another name. */
interface Things {
  readonly mark: string;
  readonly serverId: string;
  readonly groupId: string;
  readonly blockId: string;
  readonly operationId: string;
  readonly taskId: string;
  readonly grantId: string;
  readonly waiverId: string;
  readonly findingId: string;
  readonly clientId: string;
  readonly siteId: string;
}
type Row = (things: Things) => Record<string, unknown>;

const nothing: Row = () => ({});
const server: Row = ({ serverId }) => ({ serverId });
const client: Row = ({ clientId }) => ({ clientId });
const operation: Row = ({ operationId }) => ({ operationId });
const reason = 'Tried by the matrix';
const block: Row = ({ serverId }) => ({
  range: '192.0.2.77',
  target: { kind: 'server', serverId },
  seconds: 3600,
  reason,
});

/** What is sent. Inputs are valid and name one team's things, so that nothing but authority can refuse them. */
const ROWS: Readonly<Record<string, Row>> = {
  'fleet.GetFleet': nothing,
  'servers.ListServers': nothing,
  'servers.GetServer': server,
  'servers.OpenEnrolment': ({ mark }) => ({ name: `${mark}-new-${newId().slice(-8)}` }),
  'servers.CancelEnrolment': () => ({ enrolmentId: newId() }),
  'servers.GetEnrolment': () => ({ enrolmentId: newId() }),
  'servers.ConfirmFingerprint': ({ serverId }) => ({ serverId, fingerprint: 'a'.repeat(64) }),
  'servers.SetCapability': ({ serverId }) => ({ serverId, capability: 'bans', mode: 'managed' }),
  'servers.RenameServer': ({ serverId, mark }) => ({ serverId, name: `${mark}-web` }),
  'servers.TagServer': ({ serverId, mark }) => ({ serverId, tags: [mark] }),
  'servers.RetireServer': ({ serverId }) => ({ serverId, reason }),
  'servers.RotateKey': ({ serverId }) => ({ serverId, reason }),
  'servers.ListGroups': nothing,
  'servers.CreateGroup': ({ mark }) => ({ name: `${mark} group ${newId().slice(-8)}` }),
  'servers.RenameGroup': ({ groupId, mark }) => ({ groupId, name: `${mark} group` }),
  'servers.DeleteGroup': () => ({ groupId: newId() }),
  'servers.SetGroupMembers': ({ groupId, serverId }) => ({ groupId, serverIds: [serverId] }),
  'operations.ListOperations': nothing,
  'operations.GetOperation': operation,
  'operations.GetTask': ({ taskId }) => ({ taskId }),
  'operations.CancelOperation': operation,
  'operations.RetryOperation': operation,
  'operations.GetRecovery': nothing,
  'operations.GetStop': nothing,
  'operations.StopDispatch': () => ({ reason }),
  'operations.LiftStop': () => ({ stopId: newId(), reason }),
  'access.GetDoors': nothing,
  'access.GetNetworks': nothing,
  'access.SetNetworkRules': () => ({ rules: [] }),
  'access.StopApi': () => ({ reason }),
  'access.ResumeApi': () => ({ reason }),
  'operations.ResumeDispatch': () => ({ holdId: newId(), reason }),
  'bans.SearchBanLog': nothing,
  'bans.ListBlocks': nothing,
  'bans.PreviewBlock': block,
  'bans.BlockAddress': block,
  'bans.LiftBlock': ({ blockId }) => ({ blockId, reason }),
  'bans.ListProtections': nothing,
  'bans.ProtectAddress': () => ({
    range: '192.0.2.9',
    label: 'x',
    reason,
    until: new Date(Date.now() - 1).toISOString(),
  }),
  'bans.EndProtection': () => ({ entryId: newId() }),
  'bans.ExplainAddress': () => ({ address: '203.0.113.0/24' }),
  'bans.ListJails': ({ serverId }) => ({ server: serverId }),
  'bans.BanRate': nothing,
  'bans.Convergence': nothing,
  'releases.GetReleases': nothing,
  'releases.ListAgents': nothing,
  'releases.StartRollout': () => ({ version: '9.9.9', reason }),
  'releases.StopRollout': () => ({ rolloutId: newId(), reason }),
  'posture.GetPosture': nothing,
  'posture.GetTrend': nothing,
  'posture.ListChanges': () => ({ since: new Date(Date.now() - 86_400_000).toISOString() }),
  'posture.ListFindingGroups': nothing,
  'posture.GetFindings': () => ({ checkId: 'SSH-003' }),
  'posture.GetServerPosture': server,
  'posture.ListChecks': nothing,
  'posture.ListWaivers': nothing,
  'posture.ReviewFindings': nothing,
  'posture.ExportFindings': nothing,
  'posture.ListInventory': () => ({ kind: 'ports' }),
  'posture.ExportInventory': () => ({ kind: 'ports' }),
  'posture.ListHostChanges': nothing,
  'posture.GetBaseline': server,
  'posture.GetFinding': ({ serverId, findingId }) => ({ serverId, findingId }),
  'posture.TakeFinding': ({ serverId, findingId }) => ({ serverId, findingId }),
  'posture.CommentOnFinding': ({ serverId, findingId }) => ({ serverId, findingId, comment: reason }),
  'posture.ApproveItems': ({ serverId }) => ({
    serverId,
    kind: 'ports',
    items: ['tcp/443 on 0.0.0.0'],
    reason,
    reviewAt: new Date(Date.now() + 86_400_000).toISOString(),
  }),
  'posture.WithdrawApproval': ({ serverId }) => ({ serverId, kind: 'ports', items: ['tcp/443 on 0.0.0.0'], reason }),
  'posture.AcceptRisk': ({ serverId }) => ({
    checkId: 'SSH-003',
    target: { kind: 'server', serverId },
    reason,
    until: new Date(Date.now() + 86_400_000).toISOString(),
  }),
  'posture.ApproveWaiver': ({ waiverId }) => ({ waiverId }),
  'posture.EndWaiver': ({ waiverId }) => ({ waiverId, reason }),
  'audit.ListEntries': nothing,
  'audit.GetEntry': () => ({ position: 0 }),
  'audit.GetProof': () => ({ position: 0 }),
  'audit.GetCheckpoint': nothing,
  'audit.GetConsistency': () => ({ from: 0, to: 1 }),
  'audit.ExportLedger': nothing,
  'access.GetAccount': nothing,
  'access.ChangePassword': nothing,
  'access.BeginTotp': nothing,
  'access.ConfirmTotp': nothing,
  'access.RemoveTotp': nothing,
  'access.BeginPasskey': nothing,
  'access.AddPasskey': nothing,
  'access.RemovePasskey': nothing,
  'access.IssueRecoveryCodes': nothing,
  'access.EndSession': nothing,
  'access.EndOtherSessions': nothing,
  'access.ListPeople': nothing,
  'access.InvitePerson': () => ({ name: 'Somebody', email: `${newId()}@example.net` }),
  'access.MakeRecoveryLink': () => ({ personId: newId(), reason }),
  'access.CancelLink': () => ({ personId: newId() }),
  'access.EndPersonSessions': () => ({ personId: newId(), reason }),
  'access.GetSignInPolicy': nothing,
  'access.SetSignInPolicy': nothing,
  'access.ListRoles': nothing,
  'access.ListGrants': nothing,
  'access.ExplainPermission': () => ({ permission: 'bans.address.block' }),
  'access.GiveGrant': ({ serverId }) => ({
    holderId: newId(),
    role: 'auditor',
    scope: { kind: 'server', serverId },
    until: null,
    reason,
  }),
  'access.RevokeGrant': ({ grantId }) => ({ grantId, reason }),
  'access.OffboardPerson': () => ({ personId: newId(), reason }),
  'access.ErasePerson': () => ({ personId: newId(), reason }),
  'access.GetPopulation': () => ({ at: new Date().toISOString() }),
  'access.DefineRole': () => ({ name: `Watch ${newId().slice(-8)}`, permissions: ['bans.address.block'] }),
  'access.ChangeRole': () => ({ roleId: newId(), name: 'x', permissions: ['bans.address.block'] }),
  'access.RemoveRole': () => ({ roleId: newId() }),
  'reviews.ListReviews': nothing,
  'reviews.GetReview': () => ({ reviewId: newId() }),
  'reviews.OpenReview': nothing,
  'reviews.AssignReview': () => ({ reviewId: newId(), ownerId: newId(), reason }),
  'reviews.DecideItem': () => ({ reviewId: newId(), itemId: newId(), decision: 'kept', reason }),
  'reviews.AttestReview': () => ({ reviewId: newId(), name: 'Olga Owner', statement: reason }),
  'clients.ListClients': nothing,
  'clients.GetClient': client,
  'clients.CreateClient': ({ mark }) => ({ name: `${mark} ${newId().slice(-8)}`, externalRef: null }),
  'clients.ChangeClient': ({ clientId, mark }) => ({ clientId, name: `${mark} client`, externalRef: `${mark}-crm` }),
  'clients.ArchiveClient': client,
  'clients.SetUnblockLimits': ({ clientId }) => ({ clientId, limits: { perDay: 5, present: true, ranges: [] } }),
  'clients.GiveServer': ({ clientId, serverId }) => ({ clientId, serverId }),
  'clients.TakeServer': ({ clientId, serverId }) => ({ clientId, serverId }),
  'clients.GetDashboard': client,
  'clients.GetClientPosture': client,
  'clients.ListClientBans': client,
  'clients.ListDone': client,
  'clients.ExportExtract': client,
  'clients.CheckAddress': ({ clientId }) => ({ clientId, address: '198.51.100.99' }),
  'clients.UnblockAddress': ({ clientId }) => ({ clientId, address: '198.51.100.99' }),
  'clients.ListSites': nothing,
  'clients.AddSite': ({ mark }) => ({ name: `${mark}-${newId().slice(-8)}.example` }),
  'clients.AssignSite': ({ siteId, clientId }) => ({ siteId, clientId }),
  'clients.RemoveSite': () => ({ siteId: newId() }),
  'clients.GetRules': nothing,
  'clients.PreviewRules': () => ({ rules: [] }),
  'clients.SetRules': () => ({ rules: [] }),
  'clients.PreviewImport': () => ({ rows: [{ kind: 'client', ref: 'crm-of-a-list', name: 'Client of a list' }] }),
  'clients.ImportClients': () => ({ rows: [{ kind: 'client', ref: 'crm-of-a-list', name: 'Client of a list' }] }),
  'access.ListOwnTokens': nothing,
  'access.GetUsedToken': nothing,
  'access.ListTokens': nothing,
  'access.GetTokenPolicy': nothing,
  'access.ListServiceAccounts': nothing,
  'access.MakeToken': ({ serverId }) => ({
    name: 'Tried',
    may: [{ role: 'auditor', scope: { kind: 'server', serverId } }],
    days: 1,
  }),
  'access.RevokeToken': nothing,
  'access.RevokeAnyToken': () => ({ tokenId: newId(), reason }),
  'access.SetTokenPolicy': () => ({ personDays: 90, serviceDays: 365, networksRequired: false }),
  'access.CreateServiceAccount': () => ({ name: 'x', purpose: reason, ownerId: newId(), reviewInDays: 9 }),
  'access.ReviewServiceAccount': () => ({
    accountId: newId(),
    name: 'x',
    purpose: reason,
    ownerId: newId(),
    reviewInDays: 9,
  }),
  'access.RetireServiceAccount': () => ({ accountId: newId(), reason }),
  'access.MakeServiceToken': () => ({
    accountId: newId(),
    name: 'x',
    may: [{ role: 'auditor', scope: { kind: 'fleet' } }],
    days: 1,
  }),
};

/** Answered with "not found" for their own sake: the input names a thing that nobody has. */
const NAMES_NOTHING = new Set([
  'servers.CancelEnrolment',
  'servers.GetEnrolment',
  'servers.DeleteGroup',
  'bans.EndProtection',
  'audit.GetEntry',
  'audit.GetProof',
  'access.MakeRecoveryLink',
  'access.CancelLink',
  'access.EndPersonSessions',
  'access.OffboardPerson',
  'access.ErasePerson',
  'access.GiveGrant',
  'access.ChangeRole',
  'access.RemoveRole',
  'clients.RemoveSite',
  // The server is shared: it is nobody's own.
  'clients.TakeServer',
  'access.RevokeAnyToken',
  'access.CreateServiceAccount',
  'access.ReviewServiceAccount',
  'access.RetireServiceAccount',
  'access.MakeServiceToken',
  'releases.StartRollout',
  'releases.StopRollout',
]);

/** Done once, they would end the matrix: for those who may, the decision is asked and the deed left undone. */
const ENDS_THINGS = new Set([
  'operations.StopDispatch',
  'access.StopApi',
  'clients.ArchiveClient',
  'clients.GiveServer',
  'servers.RetireServer',
  'posture.EndWaiver',
  'access.RevokeGrant',
  'access.SetSignInPolicy',
]);

const actions = [...commands, ...queries];
const SELF = new Set(actions.filter(({ permission }) => permission.on === 'self').map(({ name }) => name));
let muster: RunningMuster;
let nobody: SignedIn;
let mine: Things;
let theirs: Things;

interface Cast {
  readonly role: BuiltInRole;
  readonly scope: 'fleet' | 'group' | 'server' | 'tag' | 'client';
  readonly person: SignedIn;
  /** Another with the same grant who types nothing: what they read in the audit trail is not their own words. */
  readonly quiet: SignedIn;
}
const cast: Cast[] = [];

beforeAll(async () => {
  muster = await RunningMuster.start();
  nobody = await muster.person('Nobody in particular');
  [mine, theirs] = [await team('mine'), await team('theirs')];
  const scopes: Record<Cast['scope'], GrantScope> = {
    fleet: { kind: 'fleet' },
    group: { kind: 'group', groupId: mine.groupId },
    server: { kind: 'server', serverId: mine.serverId },
    tag: { kind: 'tag', tag: 'mine' },
    client: { kind: 'client', clientId: mine.clientId },
  };
  for (const { role, scopes: allowed } of builtInRoles) {
    for (const scope of allowed) {
      const grant = { role, scope: scopes[scope] };
      const [person, quiet] = [await muster.person(`${role} ${scope}`, grant), await muster.person('quiet', grant)];
      cast.push({ role, scope, person, quiet });
    }
  }
}, 120_000);
afterAll(() => muster.stop());

/** A server in a group, with a tag, a block, an operation and somebody's grant. */
async function team(mark: string): Promise<Things> {
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

function send(name: string, things: Things, as: SignedIn): Promise<Answer> {
  const [method = 'GET', template = ''] = endpoints[name] ?? [];
  const rest = { ...ROWS[name]?.(things) };
  const path = template.replaceAll(/:(\w+)/g, (_, key: string) => {
    const value = String(rest[key]);
    delete rest[key];
    return value;
  });
  const asked = new URLSearchParams(Object.entries(rest).map(([key, value]): [string, string] => [key, String(value)]));
  return muster.call(method, method === 'GET' ? `${path}?${asked.toString()}` : path, as, rest);
}

/** 200, or the status with which the bus refuses before any handler. */
async function decided(name: string, things: Things, as: SignedIn): Promise<number> {
  const definition = actions.find((action) => action.name === name);
  const grants = await muster.running.app.get(Grants).of(as.personId);
  const principal = {
    kind: 'person',
    actor: as.personId,
    tenantId: DEFAULT_TENANT,
    permissions: new Set<string>(),
    grants,
  } as const;
  if (!definition) throw new Error(`there is no ${name}`);
  try {
    await muster.running.app.get(Authority).decide(definition, ROWS[name]?.(things), principal);
    return 200;
  } catch (error) {
    if (error instanceof Refusal) return error.kind === 'not-found' ? 404 : 403;
    throw error;
  }
}

const refusedForWho = ({ status, body }: Answer) =>
  status === 401 || (status === 403 && ['forbidden', 'out-of-scope'].includes(String(body['code'])));

/** Anything by which the other team could be known. */
function traceOf(
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

test('every command and query of the catalogue has a row', () => {
  expect(Object.keys(ROWS).sort()).toEqual(actions.map(({ name }) => name).sort());
});

describe.each(actions.map((action) => [action.name, action] as const))('%s', (name, { permission }) => {
  const reaches = (scope: Cast['scope']) => {
    if (typeof permission.on === 'string') return permission.on !== 'fleet';
    // A client's scope holds the client, and no server that it shares. A group lies in its own scope only; so does what
    // was asked of it.
    if (scope === 'client' || permission.on[0] === 'client') return scope === 'client' && permission.on[0] === 'client';
    return permission.on[0] === 'group' || permission.on[0] === 'block' ? scope === 'group' : true;
  };

  if (permission.on === 'self') {
    test('needs no role: it is about the caller’s own account', async () => {
      expect(builtInRoles.some(({ role }) => permissionsOf(role).has(permission.name))).toBe(false);
      expect(await decided(name, mine, nobody)).toBe(200);
    });
    return;
  }

  test.each(builtInRoles.map(({ role }) => role))('as %s', async (role) => {
    const holds = permissionsOf(role).has(permission.name);
    for (const { scope, ...as } of cast.filter((one) => one.role === role)) {
      const person = name.startsWith('audit.') ? as.quiet : as.person;
      const where = `${role} on ${scope}`;
      if (holds && ENDS_THINGS.has(name)) {
        const answers = await Promise.all([decided(name, mine, person), decided(name, theirs, person)]);
        const foreign = permission.on === 'fleet' ? 403 : 404;
        expect(answers, where).toEqual(scope === 'fleet' ? [200, 200] : [reaches(scope) ? 200 : foreign, foreign]);
        continue;
      }
      const own = await send(name, mine, person);
      expect(own.status, `${where}: ${own.text.slice(0, 300)}`).toBeLessThan(500);
      if (!holds) {
        expect([own.status, own.body['code']], where).toEqual([403, 'forbidden']);
        continue;
      }
      const foreign = await send(name, theirs, person);
      if (scope === 'fleet') {
        expect(refusedForWho(own) || refusedForWho(foreign), where).toBe(false);
        continue;
      }
      expect(traceOf(theirs, foreign.text.replaceAll(JSON.stringify(theirs.serverId), '')), where).toEqual([]);
      if (permission.on === 'fleet') {
        expect([own.body['code'], foreign.body['code']], where).toEqual(['out-of-scope', 'out-of-scope']);
      } else if (typeof permission.on === 'string') {
        expect(refusedForWho(own), where).toBe(false);
        expect(traceOf(theirs, own.text), where).toEqual([]);
      } else {
        expect(foreign.status, where).toBe(404);
        if (reaches(scope)) {
          expect(refusedForWho(own), `${where}: ${own.text}`).toBe(false);
          if (!NAMES_NOTHING.has(name)) expect(own.status, `${where}: ${own.text}`).not.toBe(404);
        } else {
          expect([403, 404], where).toContain(own.status);
        }
      }
    }
  });
});

test('what is out of scope is refused in the very words in which nothing is found', async () => {
  const guest = cast.find(({ role, scope }) => role === 'operator' && scope === 'group');
  if (!guest) throw new Error('nobody plays the operator of a group');
  const nobodys: Things = {
    ...theirs,
    serverId: newId(),
    groupId: newId(),
    operationId: newId(),
    blockId: newId(),
    waiverId: newId(),
    findingId: newId(),
  };
  for (const name of [
    'servers.GetServer',
    'servers.RenameServer',
    'bans.BlockAddress',
    'bans.LiftBlock',
    'operations.CancelOperation',
  ]) {
    const [hidden, absent] = [await send(name, theirs, guest.person), await send(name, nobodys, guest.person)];
    expect([hidden.status, hidden.body['detail']], name).toEqual([absent.status, absent.body['detail']]);
  }
});

describe('live topics', () => {
  const subjects: Readonly<Record<string, (things: Things) => string>> = {
    server: ({ serverId }) => serverId,
    operation: ({ operationId }) => operationId,
    client: ({ clientId }) => clientId,
    enrolment: () => newId(),
  };
  const topicOf = (name: string, hasSubject: boolean, things: Things) =>
    hasSubject ? `${name}:${subjects[name]?.(things) ?? ''}` : name;

  test('are granted as the query they follow is', async () => {
    for (const { role, scope, person } of cast) {
      const socket = await muster.socket(person);
      for (const { name, hasSubject, query } of liveTopics) {
        const permission = queries.find((known) => known.name === query)?.permission;
        const holds = permissionsOf(role).has(permission?.name ?? '');
        const asked = [topicOf(name, hasSubject, mine), topicOf(name, hasSubject, theirs)];
        const { granted } = await subscribe(socket, asked);
        const got = asked.map((topic) => granted.some((one) => one.topic === topic));
        const part = scope !== 'fleet' && (hasSubject || permission?.on === 'fleet');
        const ownPart = part && permission?.on !== 'fleet' && (scope === 'client') === (name === 'client');
        expect(got, `${role} on ${scope}: ${name}`).toEqual([holds && (!part || ownPart), holds && !part]);
      }
      socket.disconnect();
    }
  }, 120_000);

  test('say nothing of another scope: no hint, no number that grows, no size', async () => {
    const guest = await muster.person('Listening guest', {
      role: 'auditor',
      scope: { kind: 'server', serverId: mine.serverId },
    });
    const socket = await muster.socket(guest);
    const heard: string[] = [];
    const sizes: unknown[] = [];
    socket.on('hint', (hint: { topic: string }) => heard.push(hint.topic));
    socket.on('beat', (beat: { size: unknown }) => sizes.push(beat.size));
    const topics = ['fleet', 'servers', 'bans', 'operations', 'ledger'];
    const before = await subscribe(socket, topics);
    const owner = await muster.owner();
    await muster.call('POST', `/api/servers/${theirs.serverId}/name`, owner, { name: 'theirs-mail' });
    await muster.call('POST', `/api/servers/${theirs.serverId}/name`, owner, { name: 'theirs-web' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(heard).toEqual([]);
    expect((await subscribe(socket, topics)).granted).toEqual(before.granted);
    const sync = await muster.call('GET', `/api/sync?topic=servers&epoch=x&since=0`, guest);
    expect(sync.body['size']).toBeNull();
    const foreign = await muster.call('GET', `/api/sync?topic=server:${theirs.serverId}&epoch=x&since=0`, guest);
    expect(foreign.status).toBe(404);
    await muster.call('POST', `/api/servers/${mine.serverId}/name`, owner, { name: 'mine-mail' });
    await muster.until(() => Promise.resolve(heard.includes('servers')));
    await muster.call('POST', `/api/servers/${mine.serverId}/name`, owner, { name: 'mine-web' });
    expect(sizes.every((size) => size === null)).toBe(true);
    socket.disconnect();
  });
});

describe('a grant that ends', () => {
  test('stops page and socket within a second, and leaves its event', async () => {
    const until = new Date(Date.now() + 3000);
    const guest = await muster.person('Contractor for three seconds', {
      role: 'contractor',
      scope: { kind: 'server', serverId: mine.serverId },
      until,
    });
    const socket = await muster.socket(guest);
    const told: number[] = [];
    socket.on('access', () => told.push(Date.now()));
    const { granted } = await subscribe(socket, ['bans', `server:${mine.serverId}`]);
    expect(granted).toHaveLength(2);
    expect((await send('servers.GetServer', mine, guest)).status).toBe(200);
    await muster.until(() => Promise.resolve(told.length > 0), 6000);
    expect(told[0] ?? Infinity).toBeLessThan(until.getTime() + 1000);
    expect((await send('servers.GetServer', mine, guest)).status).toBe(403);
    expect((await subscribe(socket, ['bans'])).granted).toEqual([]);
    const { rows } = await muster.superuser.query<{ body: string }>(
      `select convert_from(body, 'UTF8') as body from es.events
       where event_type = 'access.GrantEnded' and stream_id = $1`,
      [`grants-${guest.personId}`],
    );
    expect(rows.map(({ body }) => JSON.parse(body) as object)).toMatchObject([{ why: 'expired' }]);
    socket.disconnect();
  });

  test('by being revoked stops them as well', async () => {
    const guest = await muster.person('Revoked', { role: 'operator', scope: { kind: 'group', groupId: mine.groupId } });
    const socket = await muster.socket(guest);
    const told = new Promise((resolve) => socket.on('access', resolve));
    const owner = await muster.owner();
    const { body } = await muster.call('GET', `/api/access/grants?holder=${guest.personId}`, owner);
    const [grant] = body['grants'] as { grantId: string }[];
    const revoked = await muster.call('POST', `/api/access/grants/${grant?.grantId}/revoke`, owner, { reason });
    expect(revoked.status).toBe(202);
    await told;
    expect((await send('servers.ListServers', mine, guest)).status).toBe(403);
    socket.disconnect();
  });

  test('must be foreseen for contractors; nobody grants to themselves or more than they have; the last owner stays', async () => {
    const owner = await muster.owner();
    const guest = await muster.person('Grantee');
    const give = (holderId: string, role: string, scope: GrantScope, as = owner) =>
      muster.call('POST', '/api/access/grants', as, { holderId, role, scope, until: null, reason });
    const endless = await give(guest.personId, 'contractor', { kind: 'server', serverId: mine.serverId });
    expect([endless.status, endless.body['detail']]).toEqual([400, expect.stringMatching(/must have an end/)]);
    const own = await give(owner.personId, 'auditor', { kind: 'fleet' });
    expect([own.status, own.body['code']]).toEqual([403, 'own-grant']);
    const defined = await muster.call('POST', '/api/access/roles', owner, {
      name: 'Group lead',
      permissions: ['access.grant.give', 'servers.servers.list'],
    });
    expect(defined.status, defined.text).toBe(202);
    const scope = { kind: 'group', groupId: mine.groupId } as const;
    const lead = await muster.person('Lead', { role: String(defined.body['roleId']), scope });
    const more = await give(guest.personId, 'operator', scope, lead);
    expect([more.status, more.body['code']]).toEqual([403, 'more-than-own']);
    expect((await give(guest.personId, 'auditor', { kind: 'fleet' }, lead)).body['code']).toBe('out-of-scope');
    expect((await give(guest.personId, 'auditor', { kind: 'group', groupId: theirs.groupId }, lead)).status).toBe(404);
    const { body } = await muster.call('GET', `/api/access/grants?holder=${owner.personId}`, owner);
    const [last] = body['grants'] as { grantId: string }[];
    const other = await muster.person('Second owner', {
      role: 'owner',
      scope: { kind: 'fleet' },
      until: new Date(Date.now() + 60_000),
    });
    const kept = await muster.call('POST', `/api/access/grants/${last?.grantId}/revoke`, other, { reason });
    expect([kept.status, kept.body['code']]).toEqual([409, 'last-owner']);
  });
});

test('who can do this, and why: every grant that holds the permission, and whether it reaches a server', async () => {
  const asked = `/api/access/explain?permission=bans.address.block&server=${theirs.serverId}`;
  const { body } = await muster.call('GET', asked, await muster.owner());
  const grants = body['grants'] as { covers: boolean; grant: { role: string; scope: GrantScope } }[];
  const covering = grants.filter(({ covers }) => covers).map(({ grant }) => scopeKey(grant.scope));
  expect(new Set(covering)).toEqual(new Set(['fleet']));
  expect(grants.some(({ covers, grant }) => !covers && grant.role === 'contractor')).toBe(true);
});

describe('with the bus’s checks switched off', () => {
  let restore: () => void;
  beforeAll(() => {
    const authority = muster.running.app.get(Authority);
    const { requirePermission, decide } = authority;
    authority.requirePermission = () => undefined;
    // Everything is allowed; what is seen is what any grant shows.
    authority.decide = (_definition, _input, principal) =>
      Promise.resolve({
        sight: { scopes: (principal.grants ?? []).map(({ scope }) => scope), actor: principal.actor },
        grant: null,
      });
    restore = () => Object.assign(authority, { requirePermission, decide });
  });
  afterAll(() => restore());

  test.each(actions.map(({ name }) => name))('%s shows nothing of another scope', async (name) => {
    if (ENDS_THINGS.has(name) || SELF.has(name)) return;
    // What somebody holds does not matter now; where he holds it does.
    for (const { role, scope, ...as } of cast.filter((one) => one.role === 'auditor' && one.scope !== 'fleet')) {
      const person = name.startsWith('audit.') ? as.quiet : as.person;
      for (const things of [mine, theirs]) {
        const answer = await send(name, things, person);
        const echoed = answer.text.replaceAll(JSON.stringify(things.serverId), '');
        const found = traceOf(theirs, things === theirs ? echoed : answer.text);
        expect(found, `${role} on ${scope}: ${answer.text.slice(0, 300)}`).toEqual([]);
      }
    }
  });
});

async function subscribe(
  socket: Socket,
  topics: readonly string[],
): Promise<{ granted: { topic: string; revision: number }[] }> {
  return (await socket.timeout(2000).emitWithAck('subscribe', { topics })) as {
    granted: { topic: string; revision: number }[];
  };
}
