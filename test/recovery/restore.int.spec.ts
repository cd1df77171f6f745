// A backup is restored that is older than what servers have done. Real control planes, a real PostgreSQL, simulated servers
// that speak the real protocol over lines that can be cut.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetRecovery } from '@muster/contracts/operations';
import { ensureKeys, readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseSource } from '../../services/cli/src/ledger/database-source.ts';
import { backUp } from '../../services/cli/src/recovery/back-up.ts';
import { restore, type Restored } from '../../services/cli/src/recovery/restore.ts';
import { DatabaseServer } from '../../services/cli/src/recovery/swap.ts';
import { Trust } from '../../services/cli/src/verify/trust.ts';
import { verifyLedger } from '../../services/cli/src/verify/verify-ledger.ts';
import type { SimulatedIdentity } from '../fleet/identity.ts';
import { SimulatedServer } from '../fleet/simulated-server.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { Installation } from './installation.ts';
import { runMuster } from './muster.ts';
import { Switchboard } from './switchboard.ts';
import { stays, until } from './until.ts';

/** When the backup was taken, by the clock of whoever took it. */
const DAY_MS = 86_400_000;
const TAKEN_AT = new Date(Date.now() - DAY_MS);
const NAMES = ['fra-web-01', 'ber-mail-01', 'ams-db-01'] as const;

interface Server {
  readonly identity: SimulatedIdentity;
  readonly board: Switchboard;
  readonly agent: SimulatedServer;
}

let database: TestDatabase;
let folder = '';
let muster: Installation;
const servers: Server[] = [];
/** Databases that restores made beside the test's own. */
const leftBehind: string[] = [];
const at = (...parts: string[]): string => join(folder, ...parts);
const server = (index: number): Server => {
  const found = servers[index];
  if (found === undefined) throw new Error(`there is no server ${index}`);
  return found;
};
const restoreInto = (url: string, installation: string, more: Partial<Parameters<typeof restore>[0]> = {}) =>
  restore({
    from: at('backup'),
    url,
    keys: at(installation, 'keys'),
    root: readKey(at(installation, 'keys'), 'root'),
    passwords: {},
    replace: true,
    atLeastEpoch: 2,
    now: new Date(),
    say: () => undefined,
    ...more,
  });
const allDone = () => until('every task has ended', async () => (await muster.openTasks()) === 0);
const plugAll = (port: number | null): void => servers.forEach(({ board }) => board.plug(port));

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-recovery-'));
  ensureKeys(at('one', 'keys'), 'recovery.test/muster/1', new Date());
  muster = await Installation.start(at('one'), database.url);
  for (const name of NAMES) {
    const identity = await muster.enrol(at('fleet', name), name);
    const board = await Switchboard.open();
    board.plug(muster.port);
    const agent = new SimulatedServer(identity, { controlPlane: board.url, banEveryMs: 0, log: () => undefined });
    servers.push({ identity, board, agent });
    await agent.start();
    await muster.entrust(identity.server);
  }
  await muster.block('203.0.113.10');
  await allDone();
}, 120_000);

afterAll(async () => {
  for (const { agent, board } of servers) {
    agent.stop();
    await board.close();
  }
  await muster.stop();
  await database.drop();
  const cluster = await DatabaseServer.connect(database.url);
  for (const name of leftBehind) await cluster.drop(name);
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  it('is taken while Muster works, by a clock of the day before, and the ledger says so', async () => {
    // Its third server is away: a task for it waits in the backup.
    server(2).board.plug(null);
    await until('the third server is away', async () => !server(2).agent.connected);
    await muster.block('203.0.113.9');
    await until('two servers have it', async () => {
      const [all, ofTheThird] = await Promise.all([muster.openTasks(), muster.openTasks(server(2).identity.server)]);
      return ofTheThird > 0 && all === ofTheThird;
    });
    const taken = await backUp({ url: database.url, installation: at('one'), to: at('backup'), now: TAKEN_AT });
    expect(taken.size).toBeGreaterThan(20);
    expect(await muster.data('audit.BackupTaken')).toMatchObject([{ size: taken.size, rows: taken.rows }]);
  });

  it('holds no private key', async () => {
    for (const file of ['manifest.json', 'vault.subject_keys.gz']) {
      expect((await readFile(at('backup', file))).includes('PRIVATE KEY')).toBe(false);
    }
    const { tables } = JSON.parse(
      Buffer.from(
        (JSON.parse(await readFile(at('backup', 'manifest.json'), 'utf8')) as { body: string }).body,
        'base64',
      ).toString(),
    ) as { tables: { name: string }[] };
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['es.events', 'es.ledger', 'es.tiles', 'vault.subject_keys', 'muster.operations_tasks']),
    );
  });
});

describe('what is done afterwards', () => {
  it('is known to servers, and witnessed', async () => {
    server(2).board.plug(muster.port);
    await until('the third server has caught up', async () => (await muster.openTasks()) === 0);
    await muster.block('203.0.113.11');
    await muster.block('203.0.113.12');
    await allDone();
    const size = (await muster.superuser.query<{ size: string }>('select size from es.log_state')).rows[0]?.size;
    await until('every witness saw more', async () => {
      const { rows } = await muster.superuser.query<{ least: string | null }>(
        `select min(newest) as least from (select max(size) as newest from es.witness_cosignatures group by witness_id) w`,
      );
      return Number(rows[0]?.least ?? 0) >= Number(size);
    });
  });
});

describe('a restore', () => {
  let restored: Restored;
  /** Tasks that a server carried out, before the restore, by the database that was replaced. */
  let carriedOut: { task_id: string; server_id: string }[] = [];
  const lostBy = async (...those: Server[]): Promise<string[]> => {
    const { rows } = await muster.superuser.query<{ task_id: string }>('select task_id from muster.operations_tasks');
    const known = new Set(rows.map((row) => row.task_id));
    return carriedOut
      .filter(({ task_id, server_id }) => !known.has(task_id) && those.some((one) => one.identity.server === server_id))
      .map((row) => row.task_id)
      .toSorted();
  };

  it('changes nothing while somebody is connected, and nothing when the backup was touched', async () => {
    await expect(restoreInto(database.url, 'one')).rejects.toThrow(/in use by .*muster.*Stop Muster/);
    await cp(at('backup'), at('touched'), { recursive: true });
    const path = at('touched', 'muster.access_people.gz');
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.from([0])]));
    await expect(restoreInto(database.url, 'one', { from: at('touched') })).rejects.toThrow(
      /not intact: muster\.access_people\.gz/,
    );
  });

  it('verifies what it loaded and begins a new epoch', async () => {
    plugAll(null);
    carriedOut = (
      await muster.superuser.query<{ task_id: string; server_id: string }>(
        `select task_id, server_id from muster.operations_tasks where state = 'succeeded'`,
      )
    ).rows;
    await muster.stop();
    await cp(at('one'), at('two'), { recursive: true });
    const said: string[] = [];
    restored = await restoreInto(database.url, 'one', { say: (sentence) => said.push(sentence) });
    expect(said[0]).toContain(`The backup of ${TAKEN_AT.toISOString()} is intact`);
    if (restored.kept !== null) leftBehind.push(restored.kept);
    expect(restored).toMatchObject({ epoch: 2, kept: expect.stringMatching(/_before_\d{14}$/) as string });
    expect(readTrust(at('one', 'keys')).keyset).toMatchObject({ origin: 'recovery.test/muster/2', serial: 2 });
    muster = await Installation.start(at('one'), database.url);
    const backupTakenAt = TAKEN_AT.toISOString();
    expect(await muster.data('audit.EpochBegun')).toMatchObject([{ epoch: 2, size: restored.size, backupTakenAt }]);
    expect(await muster.data('operations.DispatchHeld')).toMatchObject([{ epoch: 2, backupTakenAt }]);
  });

  it('says on its page and on the host that the backup is a day older than the restore', async () => {
    const { recovery } = await muster.query(GetRecovery, {});
    expect(recovery?.backupTakenAt).toBe(TAKEN_AT.toISOString());
    const age = Date.parse(recovery?.heldSince ?? '') - TAKEN_AT.getTime();
    expect([age >= DAY_MS, age < DAY_MS + 600_000]).toEqual([true, true]);
    const { code, output } = await runMuster(database.url, 'recovery', '--installation', at('one'));
    expect([code, output]).toEqual([
      1,
      expect.stringContaining(`Epoch 2, restored from the backup of ${TAKEN_AT.toISOString()}.`),
    ]);
  });

  it('sends nothing while a server has not shown its journal, whatever is asked', async () => {
    server(0).board.plug(muster.port);
    server(2).board.plug(muster.port);
    await until('two have shown their journal', async () => (await muster.count('operations.JournalCollected')) === 2);
    const released = await muster.count('operations.TaskReleased');
    await muster.block('203.0.113.20');
    await until('it is asked of all three', async () => (await muster.openTasks(server(0).identity.server)) > 0);
    await stays('nothing is sent', async () => (await muster.count('operations.TaskReleased')) === released, 3000);
    const { recovery } = await muster.query(GetRecovery, {});
    expect(recovery).toMatchObject({
      resumedAt: null,
      servers: 3,
      collected: 2,
      waitingFor: [{ name: 'ber-mail-01' }],
    });
  });

  it('lists what only servers know, as their hosts signed it', async () => {
    const lost = await muster.data('operations.LostActionFound');
    // At least two blocks on each of two servers; the task of the third that waited in the backup is not lost.
    expect(lost.length).toBeGreaterThanOrEqual(4);
    expect(lost.map(({ taskId }) => String(taskId)).toSorted()).toEqual(await lostBy(server(0), server(2)));
    for (const action of lost) {
      expect(action).toMatchObject({ state: 'done', receipt: { signature: expect.any(String) as string } });
    }
    const { recovery } = await muster.query(GetRecovery, {});
    expect(new Set(recovery?.lostActions.map(({ outcome }) => outcome))).toEqual(new Set(['succeeded']));
    expect(recovery?.lostActions).toHaveLength(lost.length);
    expect(recovery?.lostEvents).toBeGreaterThan(10);
  });

  it('finds the task done that the backup still waited for', async () => {
    const { rows } = await muster.superuser.query<{ task_id: string; state: string; server_id: string }>(
      `select t.task_id, t.state, t.server_id from muster.operations_tasks t
       join es.events e on e.event_type = 'operations.TaskFoundDone' and e.stream_id = 'task-' || t.task_id`,
    );
    expect(rows.map((row) => row.server_id)).toContain(server(2).identity.server);
    for (const { state, task_id } of rows) {
      expect(state).toBe('succeeded');
      expect(carriedOut.map((task) => task.task_id)).toContain(task_id);
    }
  });

  it('goes on by itself once the last has answered, with numbers above what servers have seen', async () => {
    server(1).board.plug(muster.port);
    await until('the hold has ended', async () => (await muster.count('operations.DispatchResumed')) === 1);
    const lost = (await lostBy(...servers)).length;
    expect(await muster.data('operations.DispatchResumed')).toMatchObject([
      { because: 'collected', servers: 3, collected: 3, lost },
    ]);
    const floors = await muster.data('operations.SequenceFloorRaised');
    expect(floors.map(({ lane }) => lane)).toEqual(['guard', 'guard', 'guard']);
    await until('the block that waited is held everywhere', async () => {
      const { rows } = await muster.superuser.query<{ n: number }>(
        `select count(*)::int as n from muster.bans_held h where h.blocks = 3`,
      );
      return rows[0]?.n === 3;
    });
    await allDone();
    const { rows } = await muster.superuser.query<{ refused: number }>(
      `select count(*)::int as refused from muster.operations_tasks where error like 'Sequence%'`,
    );
    expect(rows[0]?.refused).toBe(0);
  });

  it('alarms no witness, and each goes on witnessing', async () => {
    await until('all have cosigned the new epoch', async () => {
      const { rows } = await muster.superuser.query<{ n: number }>(
        `select count(distinct w.witness_id)::int as n from es.witness_cosignatures w join es.checkpoints c using (size)
         where c.note like 'recovery.test/muster/2%'`,
      );
      return rows[0]?.n === 3;
    });
    expect(await muster.data('audit.ForkAlarmRaised')).toEqual([]);
  });

  it('leaves a ledger that verifies across both epochs, from the root key alone', async () => {
    const source = await DatabaseSource.open(database.urlAs('muster_auditor'));
    const report = await verifyLedger(source, new Trust(readTrust(at('one', 'keys')).rootKey));
    await source.close();
    expect(report.problems).toEqual([]);
    expect(report.origin).toBe('recovery.test/muster/2');
    expect(report.signedSize).toBeGreaterThan(restored.size);
  });
});

describe('two restores side by side', () => {
  it('are noticed by the first witness that sees both', async () => {
    // Somebody restores the same backup elsewhere, with a copy of the keys from before.
    const elsewhere = new URL(database.url);
    elsewhere.pathname += '_elsewhere';
    leftBehind.push(elsewhere.pathname.slice(1));
    const restored = await restoreInto(elsewhere.href, 'two');
    expect(restored).toMatchObject({ epoch: 2, kept: null });
    const other = await Installation.start(at('two'), elsewhere.href);
    try {
      server(0).board.plug(other.port);
      await until('the alarm is raised', async () => (await other.count('audit.ForkAlarmRaised')) > 0);
      expect(await other.data('audit.ForkAlarmRaised')).toMatchObject([
        { serverId: server(0).identity.server, why: 'Epoch 2 was begun twice: two restores run side by side' },
      ]);
      // Two of its three servers never come: a person decides on the host not to wait for them.
      const held = await runMuster(elsewhere.href, 'recovery', '--installation', at('two'));
      expect([held.code, held.output]).toEqual([1, expect.stringContaining('waiting for ams-db-01')]);
      const reason = ['--reason', 'The other control plane is the right one'];
      const resumed = await runMuster(elsewhere.href, 'resume', '--installation', at('two'), ...reason);
      expect(resumed).toEqual({ code: 0, output: expect.stringContaining('2 of 3 servers have not') as string });
      expect(await other.data('operations.DispatchResumed')).toMatchObject([{ because: 'person', collected: 1 }]);
      expect((await runMuster(elsewhere.href, 'recovery', '--installation', at('two'))).code).toBe(0);
    } finally {
      server(0).board.plug(null);
      await other.stop();
    }
  });
});
