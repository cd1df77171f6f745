// Ours is told from a stranger's, item by item, whatever of ours ran meanwhile.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tasks } from '@muster/contracts';
import { ManageBans, ApplyBans } from '@muster/contracts/bans';
import { ScanServer } from '@muster/contracts/posture';
import { InstallRelease } from '@muster/contracts/releases';
import { newId } from '@muster/kernel/ids';
import { describe, expect, it } from 'vitest';
import { explained, OWN_ITEMS } from './own-items.ts';

const operationId = newId();
const ran = (task: string) => ({ operationId, task });
const unit = (name: string) => `/etc/systemd/system/${name}`;

describe('a change of a host', () => {
  it('is ours where a task of ours may have made it, and a stranger’s in all else', () => {
    const change = { appeared: [unit('muster-update.service'), unit('miner.service')], gone: [unit('backup.timer')] };
    expect(explained('units', change, [ran(InstallRelease.name)])).toEqual([
      { operationId, appeared: [unit('muster-update.service')], gone: [] },
      { operationId: null, appeared: [unit('miner.service')], gone: [unit('backup.timer')] },
    ]);
  });

  it('is ours as a whole when nothing else is in it, also what went', () => {
    const change = { appeared: ['kernel nf_tables'], gone: ['kernel nft_counter'] };
    expect(explained('modules', change, [ran(ManageBans.name)])).toEqual([{ operationId, ...change }]);
  });

  it.each([ApplyBans.name, ScanServer.name, ManageBans.name])('of a unit is not excused by %s', (task) => {
    const change = { appeared: [unit('muster-update.service')], gone: [] };
    expect(explained('units', change, [ran(task)])).toEqual([{ operationId: null, ...change }]);
  });

  it('of keys, ports, administrators and cron is never ours', () => {
    const all = tasks.map(({ name }) => ran(name));
    for (const kind of ['keys', 'ports', 'administrators', 'cron'] as const) {
      const change = { appeared: [unit('muster-update.service'), 'kernel nf_tables'], gone: [] };
      expect(explained(kind, change, all)).toEqual([{ operationId: null, ...change }]);
    }
  });

  it('names a stranger when nothing of ours ran, and nothing when nothing changed', () => {
    const change = { appeared: [unit('muster-update.service')], gone: [] };
    expect(explained('units', change, [])).toEqual([{ operationId: null, ...change }]);
    expect(explained('units', { appeared: [], gone: [] }, [ran(InstallRelease.name)])).toEqual([]);
  });
});

describe('what tasks may change', () => {
  it('is said of tasks that there are', () => {
    expect(tasks.map(({ name }) => name)).toEqual(expect.arrayContaining([...OWN_ITEMS.keys()]));
  });

  it('is, of a release, every unit that one brings', () => {
    const units = readdirSync(join(import.meta.dirname, '../../../../../../deploy/agent/units'));
    expect(OWN_ITEMS.get(InstallRelease.name)?.units).toEqual(units.map(unit).sort());
  });
});
