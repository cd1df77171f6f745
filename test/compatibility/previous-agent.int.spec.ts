// A server whose agent is one release older, on the present control plane: the real bundle of that release, built from this
// repository's history, as processes with real nft. It does all it ever did, and what it cannot do is said at once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockAddress, LiftBlock } from '@muster/contracts/bans';
import { CreateClient, GiveServer, UnblockAddress } from '@muster/contracts/clients';
import { GetOperation } from '@muster/contracts/operations';
import { ListAgents } from '@muster/contracts/releases';
import { GetServer, OpenEnrolment, RotateKey } from '@muster/contracts/servers';
import { ensureKeys } from '@muster/control-plane/platform/keys/key-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../recovery/installation.ts';
import { until } from '../recovery/until.ts';
import { AgentProcesses, canRunAgent } from '../support/agent-processes.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { buildPreviousAgent } from './previous-agent.ts';
import { PREVIOUS_RELEASE } from './previous-release.ts';
import { whyNoPrevious } from './previous-source.ts';

const missing =
  (await whyNoPrevious()) ?? (canRunAgent ? null : 'It needs root, nft, and namespaces for network and mounts');
const title = `the agent of ${PREVIOUS_RELEASE.version} (${PREVIOUS_RELEASE.commit.slice(0, 7)})`;
/** How the recovery installation's operator comes in: an address that a client may let go while he is there. */
const PRESENT = '198.51.100.99';

describe.skipIf(missing !== null)(missing === null ? title : `${title}. ${missing}`, () => {
  let database: TestDatabase;
  let folder = '';
  let muster: Installation;
  let server: AgentProcesses;
  let serverId = '';
  const shown = () => muster.query(GetServer, { serverId });
  const done = (operationId: string) =>
    until('the operation is over', async () => {
      const operation = await muster.query(GetOperation, { operationId });
      const [task] = operation.tasks;
      return task !== undefined && task.finishedAt !== null && task;
    });
  const block = (range: string) =>
    muster.command(BlockAddress, { range, target: { kind: 'server', serverId }, seconds: 3600, reason: 'Guessing' });

  beforeAll(async () => {
    database = await createDatabase();
    folder = await mkdtemp(join(tmpdir(), 'muster-previous-'));
    ensureKeys(join(folder, 'keys'), 'previous.test/muster/1', new Date());
    server = new AgentProcesses([await buildPreviousAgent(join(folder, 'release'))], join(folder, 'server'));
    muster = await Installation.start(folder, database.url);
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await muster.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('enrols, connects, and reports what its server is', async () => {
    const { token } = await muster.command(OpenEnrolment, { name: 'old-web-01' });
    const output = await server.enrol(`http://127.0.0.1:${muster.port}`, token);
    serverId = /^id +(\S+)$/m.exec(output)?.[1] ?? '';
    await server.start();
    const { inventory, fingerprint, presence } = await until('its inventory', async () => {
      const found = await shown();
      return found.inventory !== null && found;
    });
    expect(presence).toBe('present');
    expect(inventory).toMatchObject({ kernel: expect.any(String) as string, unreadable: expect.any(Array) as [] });
    expect(output.replaceAll(' ', '')).toContain(fingerprint);
  });

  it('takes bans on, blocks an address in its nft, and lets it go', async () => {
    await muster.entrust(serverId);
    await until('the table is there', async () => server.nft('list', 'table', 'inet', 'muster').includes('prerouting'));
    // It refuses what arrives while it is still being taken on.
    const early = await muster.superuser.query(
      `select later.task from muster.operations_tasks first join muster.operations_tasks later using (server_id, lane)
       where first.server_id = $1 and first.task = 'bans.manage@1' and later.place > first.place
         and later.released_at < coalesce(first.finished_at, 'infinity')`,
      [serverId],
    );
    expect(early.rows).toEqual([]);
    const { blockId, operationId } = await block('203.0.113.77');
    expect(await done(operationId)).toMatchObject({ state: 'succeeded', error: null });
    expect(server.nft('list', 'table', 'inet', 'muster')).toContain('203.0.113.77');
    const lifted = await muster.command(LiftBlock, { blockId, reason: 'It was ours' });
    expect(await done(lifted.operationId)).toMatchObject({ state: 'succeeded' });
    expect(server.nft('list', 'table', 'inet', 'muster')).not.toContain('203.0.113.77');
  });

  it('refuses a kind of task that it does not know, at once and in words, and its lane goes on', async () => {
    const { clientId } = await muster.command(CreateClient, { name: 'Shop', externalRef: null });
    await muster.command(GiveServer, { clientId, serverId });
    // What a host with fail2ban would have said.
    await muster.superuser.query(
      `insert into muster.bans_jails (server_id, jail, at, banned, banned_total, failed_total)
       values ($1, 'sshd', now(), array[$2::inet], 1, 1)`,
      [serverId, PRESENT],
    );
    const { operationId } = await until('it may be let go', () =>
      muster.command(UnblockAddress, { clientId, address: PRESENT }),
    );
    const refused = await done(operationId);
    expect(refused).toMatchObject({ task: 'bans.unban@1', state: 'failed' });
    expect(refused.error).toMatch(/This agent knows no task bans\.unban@1/);
    expect(refused.tookMs).toBeLessThan(10_000);
    expect(await done((await block('203.0.113.78')).operationId)).toMatchObject({ state: 'succeeded' });
  });

  it('is not asked for what its release cannot do: a new key, a release of itself', async () => {
    await expect(muster.command(RotateKey, { serverId, reason: 'Routine' })).rejects.toThrow(/Update the agent first/);
    expect((await shown()).key.fixed).toMatch(/cannot replace its key/);
    const { agents } = await muster.query(ListAgents, {});
    expect(agents.filter((one) => one.serverId === serverId)).toMatchObject([{ updatable: false }]);
  });

  it('was told nothing that it did not understand: one connection from the first frame to the last', () => {
    expect(server.said).not.toMatch(/not understood|goodbye|not connected/);
    expect(server.said.match(/"message":"connected"/g)).toHaveLength(1);
  });
});
