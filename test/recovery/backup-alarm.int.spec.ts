// That nobody makes backups is an alarm by itself: a real control plane and PostgreSQL, and the `muster backup` program as a
// timer on the host runs it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EpochBegun } from '@muster/contracts/audit';
import type { Attention } from '@muster/contracts/fleet';
import { BackupWatch } from '@muster/control-plane/domains/audit/index';
import { RunningMuster, type SignedIn } from '@muster/control-plane/main/testing/running-muster';
import { connect, type ProcessConnection } from '@muster/control-plane/platform/database/database';
import { freePort } from '@muster/deploy/local/processes/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { runMuster } from './muster.ts';

const LIMIT_SECONDS = 8;
const HOUR_MS = 3_600_000;
const WAITS_MS = 30_000;

let muster: RunningMuster;
let owner: SignedIn;
let ofOneGroup: SignedIn;
let metricsPort: number;
let backups: string;

const alarms = async (as = owner): Promise<Attention[]> => {
  const { status, text, body } = await muster.call('GET', '/api/fleet', as);
  expect(status, text).toBe(200);
  return (body['attention'] as Attention[]).filter(({ kind }) => kind === 'backup-overdue');
};
const recorded = async (): Promise<{ lastAt: string | null; limitSeconds: number }[]> => {
  const { rows } = await muster.superuser.query<{ body: string }>(
    `select convert_from(body, 'UTF8') as body from es.events where event_type = 'audit.BackupOverdue' order by recorded_at`,
  );
  return rows.map(({ body }) => JSON.parse(body) as { lastAt: string | null; limitSeconds: number });
};
const lastBackup = async (): Promise<string | undefined> => {
  const { rows } = await muster.superuser.query<{ at: Date }>(
    `select recorded_at as at from es.events where event_type = 'audit.BackupTaken' order by recorded_at desc limit 1`,
  );
  return rows[0]?.at.toISOString();
};
const measured = async (name: string): Promise<number> => {
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(metrics)?.[1]);
};
const backUp = async (name: string): Promise<void> => {
  const where = ['--installation', muster.folder, '--to', join(backups, name)];
  const { code, output } = await runMuster(muster.databaseUrl, 'backup', ...where);
  expect([code, output]).toEqual([0, expect.stringContaining('signed events')]);
};

beforeAll(async () => {
  metricsPort = await freePort();
  backups = await mkdtemp(join(tmpdir(), 'muster-backups-'));
  muster = await RunningMuster.start({
    MUSTER_BACKUP_ALARM_HOURS: String(LIMIT_SECONDS / 3600),
    MUSTER_METRICS_PORT: String(metricsPort),
  });
  owner = await muster.owner();
  const { body } = await muster.call('POST', '/api/groups', owner, { name: 'Web' });
  ofOneGroup = await muster.person('Gro Group', {
    role: 'operator',
    scope: { kind: 'group', groupId: String(body['groupId']) },
  });
}, 60_000);
afterAll(async () => {
  await muster.stop();
  await rm(backups, { recursive: true, force: true });
});

describe('an installation that nobody backs up', () => {
  it('is an alarm once it is older than a backup may be: on the first page, in the ledger, for Prometheus', async () => {
    await muster.until(async () => (await alarms()).length > 0, WAITS_MS);
    const { rows } = await muster.superuser.query<{ at: Date }>(
      'select recorded_at as at from es.ledger where position = 0',
    );
    const since = new Date((rows[0]?.at.getTime() ?? 0) + LIMIT_SECONDS * 1000).toISOString();
    expect(await alarms()).toMatchObject([{ severity: 'critical', since, subject: { text: null } }]);
    await muster.until(async () => (await recorded()).length > 0, WAITS_MS);
    expect(await recorded()).toEqual([{ lastAt: null, limitSeconds: LIMIT_SECONDS }]);
    expect(await measured('muster_backup_limit_seconds')).toBe(LIMIT_SECONDS);
    expect(await measured('muster_backup_age_seconds')).toBeGreaterThan(LIMIT_SECONDS);
  });

  it('is nothing to whoever sees one group: it is not theirs to mend', async () => {
    expect(await alarms(ofOneGroup)).toEqual([]);
  });

  it('is none any more as soon as it is backed up, and one again, once, when that backup is too old', async () => {
    expect(await recorded()).toHaveLength(1);
    await backUp('first');
    await muster.until(async () => (await alarms()).length === 0, WAITS_MS);
    expect(await measured('muster_backup_age_seconds')).toBeLessThan(LIMIT_SECONDS);
    const lastAt = await lastBackup();
    await muster.until(async () => (await recorded()).length > 1, WAITS_MS);
    expect((await recorded()).slice(1)).toEqual([{ lastAt, limitSeconds: LIMIT_SECONDS }]);
    expect(await alarms()).toMatchObject([{ subject: { text: lastAt } }]);
    // Some more turns of the schedule.
    await new Promise((resolve) => setTimeout(resolve, LIMIT_SECONDS * 500));
    expect(await recorded()).toHaveLength(2);
    await backUp('second');
    await muster.until(async () => (await alarms()).length === 0, WAITS_MS);
  });
});

describe('how old a backup may be', () => {
  let worker: ProcessConnection;
  const watch = (hours: number) => new BackupWatch(worker, { MUSTER_BACKUP_ALARM_HOURS: hours });
  const after = (from: Date | string | undefined, ms: number): Date => new Date(new Date(from ?? 0).getTime() + ms);

  beforeAll(() => {
    worker = connect(muster.databaseUrlAs('muster_worker'), 'worker', 2);
  });
  afterAll(() => worker.pool.end());

  it('is said in hours; 0 is never too old', async () => {
    const lastAt = await lastBackup();
    expect(await watch(26).overdue(after(lastAt, 26 * HOUR_MS - 1))).toBeNull();
    expect(await watch(26).overdue(after(lastAt, 26 * HOUR_MS))).toMatchObject({ lastAt: new Date(lastAt ?? 0) });
    expect(await watch(0).overdue(after(lastAt, 1000 * HOUR_MS))).toBeNull();
  });

  it('begins anew with a restore: what runs then is what a backup held', async () => {
    const before = await watch(26).age();
    await muster.append('epochs', [[EpochBegun, EpochBegun.example]]);
    await muster.until(async () => ((await watch(26).age())?.position ?? -1) > (before?.position ?? -1));
    const { rows } = await muster.superuser.query<{ at: Date }>(
      `select recorded_at as at from es.events where event_type = 'audit.EpochBegun'`,
    );
    expect(await watch(26).age()).toMatchObject({ lastAt: rows[0]?.at, from: rows[0]?.at, told: false });
  });

  it('is not judged where the read model of the ledger has not come to the present', async () => {
    const empty = await createDatabase();
    const other = connect(empty.urlAs('muster_worker'), 'worker', 1);
    try {
      const nobody = new BackupWatch(other, { MUSTER_BACKUP_ALARM_HOURS: 26 });
      expect(await nobody.overdue(after(new Date(), 1000 * HOUR_MS))).toBeNull();
    } finally {
      await other.pool.end();
      await empty.drop();
    }
  });
});
