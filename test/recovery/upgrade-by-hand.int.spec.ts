// An upgrade that a person finishes by hand, and one that is given up for good: the release before and this one, each with its
// own control plane and its own programs over one real PostgreSQL, and a server that keeps the agent it has. The commands are
// the runbook's own.
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKeys, readTrust } from '@muster/control-plane/platform/keys/key-store';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseServer } from '../../services/cli/src/recovery/swap.ts';
import { PREVIOUS_RELEASE } from '../compatibility/previous-release.ts';
import { whyNoPrevious } from '../compatibility/previous-source.ts';
import { createDatabase, TEST_ROLE_PASSWORD, type TestDatabase } from '../support/postgres.ts';
import { Installation } from './installation.ts';
import { releaseBefore, type InstallationBefore, type ReleaseBefore, type ServerBefore } from './release-before.ts';
import { RunbookShell } from './runbook-shell.ts';
import { Switchboard } from './switchboard.ts';
import { until } from './until.ts';

const RUNBOOK = 'runbooks/upgrade-failed';
const NAME = 'prague-web-01';
const missing = await whyNoPrevious();

describe.skipIf(missing !== null)(missing ?? `an upgrade from ${PREVIOUS_RELEASE.version}`, () => {
  let database: TestDatabase;
  let folder = '';
  let before: ReleaseBefore;
  let runs: Installation | InstallationBefore | undefined;
  let board: Switchboard;
  let server: ServerBefore;
  let shell: RunbookShell;
  let kept = '';
  let pending: string[] = [];
  const at = (...parts: string[]): string => join(folder, ...parts);

  const stop = async (): Promise<void> => {
    board.plug(null);
    await runs?.stop();
    runs = undefined;
  };
  const start = async <T extends Installation | InstallationBefore>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    runs = started;
    board.plug(started.port);
    await until('the server is connected', async () => server.connected);
    return started;
  };
  const query = async <Row extends pg.QueryResultRow>(text: string): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  };
  /** How many addresses the server's own table holds, as it reported last. */
  const held = (count: number) =>
    until(`the server holds ${count}`, async () => {
      const rows = await query<{ blocks: number }>('select blocks from muster.bans_held');
      return rows[0]?.blocks === count;
    });

  beforeAll(async () => {
    database = await createDatabase({ migrated: false });
    folder = await mkdtemp(join(tmpdir(), 'muster-by-hand-'));
    before = await releaseBefore(at('release'));
    const { rootWords } = ensureKeys(at('installation', 'keys'), 'runbook.test/muster/1', new Date());
    await mkdir(at('offline'));
    await mkdir(at('backups'));
    const auditor = new URL(database.url);
    auditor.username = 'muster_auditor';
    auditor.password = TEST_ROLE_PASSWORD;
    shell = new RunbookShell({
      url: database.url,
      auditorUrl: auditor.href,
      installation: at('installation'),
      programBefore: before.program,
      places: { '/srv/backups': at('backups'), '/media/offline': at('offline') },
    });
    // The roles are the cluster's, and there already: only the schema is made.
    await shell.run('MUSTER_IMAGE=muster:before-upgrade muster migrate');
    board = await Switchboard.open();
    const old = await before.startInstallation(at('installation'), database.url);
    runs = old;
    const identity = await old.enrol(at('server'), NAME);
    server = before.server(identity, { controlPlane: board.url, banEveryMs: 0, log: () => undefined });
    await server.start();
    board.plug(old.port);
    await old.entrust(identity.server);
    await until('it is taken on', async () => (await old.openTasks()) === 0);
    await old.block('203.0.113.21');
    await held(1);
    // The root key is away, as it should be.
    await writeFile(at('offline', 'root-words.txt'), `${rootWords}\n`);
    await rename(at('installation', 'keys', 'root.key'), at('offline', 'root.key'));
  }, 180_000);
  afterAll(async () => {
    server?.stop();
    await stop();
    await board?.close();
    const cluster = await DatabaseServer.connect(database.url);
    for (const { datname } of await query<{ datname: string }>(
      `select datname from pg_database where datname like '${database.name}\\_%'`,
    ))
      await cluster.drop(datname);
    await cluster.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('is killed once the new release has spoken to servers', async () => {
    // What deploy/upgrade.sh does, up to the last step but one.
    const checked = await shell.run('muster upgrade check');
    pending = [...checked.matchAll(/^Will apply (\w+)\.$/gm)].map(([, name = '']) => name);
    expect(pending).toContain('0120_posture_outside');
    await mkdir(at('backups', 'before-2026-11-21'));
    await shell.run(
      `muster backup --installation '${at('installation')}' --to '${at('backups', 'before-2026-11-21', 'database')}'`,
    );
    await stop();
    kept = (await shell.run('muster upgrade keep')).trim();
    await shell.run('muster migrate');
    const now = await start(Installation.start(at('installation'), database.url));
    await now.block('203.0.113.22');
    await held(2);
    expect(await now.data('audit.MusterUpgraded')).toEqual([]);
  }, 120_000);

  it('is finished by hand: the ledger says what ran, what runs, and what changed', async () => {
    const printed = await shell.asWritten(RUNBOOK, 'upgrade finish', (commands) =>
      commands.replace('NAME', kept).replace('OLD', 'muster:1').replace('NEW', 'muster:2'),
    );
    expect(printed).toContain(`Upgraded, with ${pending.length} migrations.`);
    expect(await (runs as Installation).data('audit.MusterUpgraded')).toEqual([
      { from: 'muster:1', to: 'muster:2', migrations: pending },
    ]);
  });

  it('is given up: the release from before restores its backup in a new epoch, and the root key is away again', async () => {
    await stop();
    const printed = await shell.asWritten(RUNBOOK, '--replace');
    expect(printed).toMatch(/Restored: \d+ events, epoch 2 of the ledger/);
    expect(printed).toContain('Every process has its own address and keys.');
    expect((await readdir(at('installation', 'keys'))).filter((name) => name.startsWith('root'))).toEqual(['root.pub']);
    expect(readTrust(at('installation', 'keys')).keyset.origin).toBe('runbook.test/muster/2');
    const applied = await query<{ name: string }>('select name from muster_migrations.kysely_migration');
    expect(applied.map(({ name }) => name).filter((name) => pending.includes(name))).toEqual([]);
  }, 120_000);

  it('goes on with the release from before: the server says what it did meanwhile, and gives up what is not wanted any more', async () => {
    const old = await start(before.startInstallation(at('installation'), database.url));
    await until('the hold has ended', async () => (await old.data('operations.DispatchResumed')).length === 1);
    const lost = await old.data('operations.LostActionFound');
    expect(lost.length).toBeGreaterThan(0);
    for (const action of lost) expect(action).toMatchObject({ state: 'done' });
    await held(1);
    await old.block('203.0.113.23');
    await held(2);
    expect(await old.data('audit.ForkAlarmRaised')).toEqual([]);
    const verified = await shell.run(
      `MUSTER_IMAGE=muster:before-upgrade muster verify --trust '${at('installation', 'keys', 'root.pub')}'`,
    );
    expect(verified).toContain('The ledger is intact.');
  }, 120_000);
});
