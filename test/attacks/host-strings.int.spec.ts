// What a host says is shown as text and acts nowhere: not in the API's answers, not in the logs, not on the terminal of
// whoever verifies an export. (Pages: test/e2e/attacks. Muster writes no CSV.)
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../e2e/support/lab-under-test.ts';
import type { SimulatedIdentity } from '../fleet/identity.ts';
import { ACTING, BOLD, hostileBatches } from './support/hostile-host.ts';
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
    hostileBatches(new Date()).forEach((body, index) => agent.send({ t: 'batch', seq: index + 1, body }));
    await eventually(
      'every batch is taken',
      () => Promise.resolve(agent.frames.flatMap((frame) => (frame.t === 'batch-ack' ? [frame.seq] : []))),
      (taken) => taken.length === 4,
      15_000,
    );
    expect(agent.closedWith).toBeUndefined();
  });

  it('is shown as text that acts nowhere', async () => {
    const paths = [
      `/api/servers/${hostile.server}`,
      '/api/bans/jails',
      '/api/bans/log',
      '/api/fleet',
      '/api/audit/entries',
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
      const trust = join(up.installation.keys, 'keyset.json');
      const ran = spawnSync(process.execPath, [...args, '--trust', trust], { encoding: 'utf8', timeout: 30_000 });
      expect(ran.status).not.toBe(0);
      expect(ran.stdout + ran.stderr).not.toMatch(ACTING);
    }
  });
});
