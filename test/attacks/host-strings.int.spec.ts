// What a host says is shown as text and acts nowhere: not in the API's answers, not in the logs, not in a spreadsheet,
// not on the terminal of whoever uses the command line. (Pages: test/e2e/attacks.)
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../e2e/support/lab-under-test.ts';
import type { SimulatedIdentity } from '../fleet/identity.ts';
import { ACTING, BOLD, ESCAPE, FORMULA, hostileBatches } from './support/hostile-host.ts';
import { csvCells } from './support/csv-cells.ts';
import { RawAgent } from './support/raw-agent.ts';
import { UnderAttack } from './support/under-attack.ts';

const CLONE = join(import.meta.dirname, '../..');

let up: UnderAttack;
let hostile: SimulatedIdentity;
let agent: RawAgent;

beforeAll(async () => {
  up = await UnderAttack.begin({ MUSTER_LOG_LEVEL: 'debug' });
  hostile = await up.agent('evil-01');
  agent = new RawAgent(up.gateways.first);
  await agent.hello(hostile);
  await agent.until('welcome');
}, 120_000);
afterAll(async () => {
  agent?.end();
  await up?.end();
}, 60_000);

describe('a host whose every string is an attack', () => {
  it('is heard: nothing it says is an error of ours', async () => {
    const batches = hostileBatches(new Date());
    batches.forEach((body, index) => agent.send({ t: 'batch', seq: index + 1, body }));
    await eventually(
      'every batch is taken',
      () => Promise.resolve(agent.frames.flatMap((frame) => (frame.t === 'batch-ack' ? [frame.seq] : []))),
      (taken) => taken.length === batches.length,
      15_000,
    );
    expect(agent.closedWith).toBeUndefined();
    // Its cron files are judged once it has been quiet for a moment.
    await eventually(
      'its findings',
      () => up.client.send('GET', '/api/posture/findings'),
      (found) => JSON.stringify(found).includes('PER-001'),
      30_000,
    );
  });

  it('is shown as text that acts nowhere', async () => {
    const paths = [
      `/api/servers/${hostile.server}`,
      '/api/bans/jails',
      '/api/bans/log',
      '/api/fleet',
      '/api/audit/entries',
      '/api/sites',
      `/api/posture/servers/${hostile.server}`,
      '/api/posture/findings',
      '/api/posture/findings/PER-001',
      '/api/posture/findings/KEY-006',
      '/api/posture/review?limit=200',
      '/api/posture/inventory/keys',
      '/api/posture/inventory/cron',
      '/api/posture/host-changes',
    ];
    let all = '';
    for (const path of paths) {
      const answer = JSON.stringify(await up.client.send('GET', path));
      // As a terminal would get it, and not as JSON spells it.
      expect(
        answer.replaceAll(/\\u[0-9a-f]{4}/g, (code) => String.fromCharCode(parseInt(code.slice(2), 16))),
      ).not.toMatch(ACTING);
      all += answer;
    }
    // What is not dangerous by itself is kept: whoever looks shall see what was tried.
    expect(all).toContain(BOLD);
  });

  it('writes nothing into the logs that a terminal would obey', () => {
    expect(up.installation.output()).not.toMatch(ACTING);
  });
});

describe('a spreadsheet of what it says', () => {
  const download = async (path: string): Promise<string> => {
    const answer = await fetch(up.installation.apiUrl + path, { headers: up.client.credentials() });
    expect(answer.status, path).toBe(200);
    return await answer.text();
  };
  const FORMULA_BEGINS = /^[=+\-@\t\r]/;

  it.each([
    ['findings', '/api/posture/export', 'subject'],
    ['keys', '/api/posture/inventory/keys/export', 'comment'],
    ['cron files', '/api/posture/inventory/cron/export', 'path'],
  ])('of %s holds its words, and none of them is a formula', async (_, path, column) => {
    const text = await download(`${path}?format=csv`);
    expect(text).not.toMatch(ACTING);
    const [head = [], ...rows] = csvCells(text);
    expect(rows.every((row) => row.length === head.length)).toBe(true);
    expect(rows.map((row) => row[head.indexOf(column)])).toContain(`'${FORMULA}`);
    expect(rows.flat().filter((cell) => FORMULA_BEGINS.test(cell))).toEqual([]);
  });

  it('holds what else a spreadsheet takes for a formula as text', async () => {
    const [head = [], ...rows] = csvCells(await download('/api/posture/inventory/cron/export?format=csv'));
    const paths = rows.map((row) => row[head.indexOf('path')]);
    expect(paths).toEqual(expect.arrayContaining([`'+cmd`, `'-cmd`, `'@cmd`]));
  });

  it.each(['/api/posture/export', '/api/posture/inventory/keys/export', '/api/posture/inventory/cron/export'])(
    'as lines of JSON acts nowhere either: %s',
    async (path) => {
      const lines = (await download(`${path}?format=json`)).trim().split('\n');
      expect(lines.length).toBeGreaterThan(1);
      for (const line of lines) expect(JSON.stringify(JSON.parse(line))).not.toMatch(/\\u[0-9a-f]{4}/);
      expect(lines.join('')).not.toMatch(ACTING);
      expect(lines.some((line) => line.includes(JSON.stringify(FORMULA).slice(1, -1)))).toBe(true);
    },
  );
});

describe('the command line', () => {
  const muster = (...args: string[]) => {
    const ran = spawnSync(process.execPath, [join(CLONE, 'services/cli/bin/muster.js'), ...args], {
      encoding: 'utf8',
      timeout: 30_000,
      env: { ...process.env, MUSTER_DATABASE_URL_ADMIN: up.database.url },
    });
    return { status: ran.status, said: ran.stdout + ran.stderr };
  };

  it('shows what only a server’s journal knows as text', async () => {
    // As a restored control plane of an older release kept it: today an agent's words are harmless before they are kept.
    const database = new pg.Client({ connectionString: up.database.url });
    await database.connect();
    const holdId = newId();
    await database.query(
      `insert into muster.operations_holds (hold_id, tenant_id, reason, epoch, backup_taken_at, size, began_at, ended_at)
       values ($1, $2, 'restore', 2, now(), 1, now(), now())`,
      [holdId, DEFAULT_TENANT],
    );
    await database.query(
      `insert into muster.operations_lost_actions (hold_id, server_id, task_id, state, task, actor, at, outcome)
       values ($1, $2, $3, 'done', $4, $4, now(), $4)`,
      [holdId, hostile.server, newId(), `task${ESCAPE}\u202e`],
    );
    await database.end();
    for (const flags of [[], ['--json']]) {
      const { status, said } = muster('recovery', '--installation', up.folder, ...flags);
      expect(status, said).toBe(0);
      expect(said).toContain('task\ufffd]0;owned');
      expect(said).not.toMatch(ACTING);
    }
  });
});

describe('an export made by a stranger', () => {
  it('cannot write on the terminal of whoever verifies it', () => {
    const escape = '\u001b]0;owned\u0007\u001b[2J';
    for (const [index, line] of [
      `{"muster":"ledger-export/v1","origin":"${escape}","from":0,"to":1}`,
      JSON.stringify({ muster: 'ledger-export/v1', origin: `x${escape}`, from: 0, to: 1 }),
      JSON.stringify({ muster: escape, origin: 'x', from: 0, to: 1 }),
    ].entries()) {
      const path = join(up.folder, `forged-${index}.ndjson`);
      const event = {
        k: 'event',
        position: 0,
        eventId: escape,
        streamId: escape,
        type: escape,
        meta: escape,
        body: escape,
      };
      writeFileSync(path, `${line}\n${JSON.stringify(event)}\n${escape}\n`);
      const args = [join(CLONE, 'services/cli/bin/muster.js'), 'verify', '--export', path];
      args.push('--trust', join(up.installation.keys, 'keyset.json'));
      for (const flags of [[], ['--json']]) {
        const ran = spawnSync(process.execPath, [...args, ...flags], { encoding: 'utf8', timeout: 30_000 });
        expect(ran.status).not.toBe(0);
        expect(ran.stdout + ran.stderr).not.toMatch(ACTING);
      }
    }
  });
});
