// PostgreSQL's disk is full: the runbook makes room in its order, while a real control plane, a real PostgreSQL on a small disk
// of its own, and a server go on.
import { existsSync, statfsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockAddress } from '@muster/contracts/bans';
import { ensureKeys } from '@muster/control-plane/platform/keys/key-store';
import { LOGIN_ROLES, migrate } from '@muster/migrations/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SmallDisk } from '../chaos/small-disk.ts';
import { Postgres } from '../chaos/stores.ts';
import { SimulatedServer } from '../fleet/simulated-server.ts';
import { TEST_ROLE_PASSWORD } from '../support/postgres.ts';
import { Installation } from './installation.ts';
import { RunbookShell } from './runbook-shell.ts';
import { Switchboard } from './switchboard.ts';
import { until } from './until.ts';

const RUNBOOK = 'runbooks/disk-full';
const DISK_MB = 700;
const OLD_BACKUP_MB = 100;

const folder = await mkdtemp(join(tmpdir(), 'muster-disk-full-'));
await chmod(folder, 0o755);
const disk = SmallDisk.mount(join(folder, 'postgres'), DISK_MB);

describe.skipIf(disk === undefined)(
  disk === undefined ? 'a full disk (mounting a small one needs root)' : 'a full disk',
  () => {
    let postgres: Postgres;
    let muster: Installation;
    let server: SimulatedServer;
    let board: Switchboard;
    let shell: RunbookShell;
    let kept = '';
    let refusal = '';
    let [asked, taken] = [0, 0];
    const at = (...parts: string[]): string => join(folder, ...parts);

    const start = async (): Promise<void> => {
      muster = await Installation.start(at('installation'), postgres.adminUrl);
      board.plug(muster.port);
    };
    const block = async (): Promise<void> => {
      asked += 1;
      const range = `2001:db8::${asked}`;
      const target = { kind: 'fleet' } as const;
      await muster.command(BlockAddress, { range, target, seconds: null, reason: 'Guessing passwords' });
      taken += 1;
    };
    /** Bytes that are left on the disk. */
    const free = (): number => {
      const { bavail, bsize } = statfsSync(at('postgres'));
      return bavail * bsize;
    };

    beforeAll(async () => {
      postgres = await Postgres.start(at('postgres'), () => undefined);
      await migrate(postgres.adminUrl, {
        passwords: Object.fromEntries(LOGIN_ROLES.map((role) => [role, TEST_ROLE_PASSWORD])),
      });
      ensureKeys(at('installation', 'keys'), 'disk.test/muster/1', new Date());
      const admin = new URL(postgres.adminUrl);
      await writeFile(at('password'), decodeURIComponent(admin.password));
      process.env['PGPORT'] = admin.port;
      const auditor = new URL(postgres.adminUrl);
      [auditor.username, auditor.password] = ['muster_auditor', TEST_ROLE_PASSWORD];
      shell = new RunbookShell({
        ...{ url: postgres.adminUrl, auditorUrl: auditor.href, installation: at('installation') },
        places: { '/run/muster/password': at('password'), '/srv/backups': at('postgres', 'backups') },
      });
      board = await Switchboard.open();
      await start();
      const identity = await muster.enrol(at('server'), 'fra-web-01');
      server = new SimulatedServer(identity, {
        ...{ controlPlane: board.url, banEveryMs: 0, log: () => undefined },
      });
      await server.start();
      await muster.entrust(identity.server);
      await block();
      await until('it is blocked', async () => (await muster.openTasks()) === 0);
      kept = await copyOfAnUpgrade();
      await mkdir(at('postgres', 'backups'));
      const to = at('postgres', 'backups', '2026-11-21');
      await shell.run(`muster backup --installation '${at('installation')}' --to '${to}'`);
      // An older one, of a larger fleet, which is stored elsewhere as well.
      await mkdir(at('postgres', 'backups', '2026-10-21'));
      await writeFile(
        at('postgres', 'backups', '2026-10-21', 'es.events.gz'),
        Buffer.alloc(OLD_BACKUP_MB * 1_000_000, 1),
      );
      await start();
    }, 60_000);
    afterAll(async () => {
      server?.stop();
      board?.plug(null);
      await muster?.stop();
      await postgres?.stop();
      disk?.unmount();
      await rm(folder, { recursive: true, force: true });
    }, 60_000);

    async function copyOfAnUpgrade(): Promise<string> {
      board.plug(null);
      await muster.stop();
      return (await shell.run('muster upgrade keep')).trim();
    }

    it('is noticed: actions are refused', async () => {
      disk?.fill();
      await until('an action is refused', async () => {
        try {
          await block();
          return false;
        } catch (error) {
          refusal = String(error);
          return true;
        }
      });
      expect(free()).toBeLessThan(1_000_000);
    }, 60_000);

    it('goes on by itself once there is room outside of PostgreSQL, and has lost nothing that it took', async () => {
      await shell.asWritten(RUNBOOK, 'image prune');
      await until('an action is taken', () => block().then(() => true), 60_000);
      expect(refusal).not.toBe('');
      // What was taken before the disk was full, and what PostgreSQL recorded although it could not say so any more.
      await until(
        'the server holds all that was taken',
        async () => {
          const { rows } = await muster.superuser.query<{ held: number; blocks: number }>(
            `select (select blocks from muster.bans_held)::int as held, (select count(*) from muster.bans_blocks)::int as blocks`,
          );
          const { held = 0, blocks = 0 } = rows[0] ?? {};
          return blocks >= taken && held === blocks;
        },
        60_000,
      );
      expect(await muster.openTasks()).toBe(0);
    }, 150_000);

    it('has more room once the copy of an upgrade is dropped, and a ledger that verifies', async () => {
      const { rows } = await muster.superuser.query<{ oid: number }>('select oid from pg_database where datname = $1', [
        kept,
      ]);
      const files = at('postgres', 'data', 'base', String(rows[0]?.oid));
      expect(existsSync(files)).toBe(true);
      await shell.asWritten(RUNBOOK, 'dropdb', (commands) => commands.replace(/muster_before_upgrade_\d+/, kept));
      expect(existsSync(files)).toBe(false);
      expect(await shell.asWritten(RUNBOOK, 'auditor')).toContain('The ledger is intact.');
    }, 60_000);
  },
);
