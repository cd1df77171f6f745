// Pages that show what a hostile host says: its markup is text, no script of it runs, and the browser has nothing to say.
import { GetFindings } from '@muster/contracts/posture';
import { OpenEnrolment } from '@muster/contracts/servers';
import { sha256Hex } from '@muster/kernel/hashing';
import { generateSigningKey } from '@muster/kernel/signing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol } from '../../../services/node-agent/src/link/index.ts';
import { BOLD, FORMULA, hostileBatches } from '../../attacks/support/hostile-host.ts';
import { RawAgent } from '../../attacks/support/raw-agent.ts';
import { ApiClient } from '../../support/api-client.ts';
import { launchChromium, type Visit } from '../support/browser.ts';
import { eventually } from '../support/lab-under-test.ts';
import { ownerLink, startInProcess, visitAs, type InProcess } from '../support/in-process.ts';

describe('pages about a host whose every string is an attack', () => {
  let started: InProcess;
  let browser: Browser;
  let visited: Visit;
  let agent: RawAgent;
  let server = '';
  let finding = '';

  beforeAll(async () => {
    started = await startInProcess();
    const client = new ApiClient(started.url);
    const person = { name: BOLD, email: 'ada@hosting.example', password: 'a longer sentence nobody guesses' };
    await client.setUpOwner(await ownerLink(started), person);
    const { token } = await client.call(OpenEnrolment, { name: 'evil-01', simulated: true });
    const agentKey = generateSigningKey();
    const hostKey = generateSigningKey();
    const machineHash = sha256Hex('a hostile machine');
    const { answer, rootKey } = await enrol({
      ...{ controlPlane: started.url, token, hostname: BOLD, machineHash, agentVersion: BOLD },
      ...{ keys: { agentKey, hostKey: hostKey.publicKey, sealingKey: null }, offers: ['inventory', 'bans'] as const },
      ...{ observeOnly: false, simulated: true },
    });
    server = answer.server;
    agent = new RawAgent(started.url.replace('localhost', '127.0.0.1'));
    await agent.hello({ name: 'evil-01', server, agentKey, hostKey, rootKey, machineHash, keyset: answer.keyset });
    await agent.until('welcome');
    hostileBatches(new Date()).forEach((body, index) => agent.send({ t: 'batch', seq: index + 1, body }));
    const [cron] = await eventually(
      'its findings',
      async () => (await client.call(GetFindings, { checkId: 'PER-001' })).findings,
      (findings) => findings.length > 0,
      30_000,
    );
    finding = `/posture/servers/${server}/findings/${cron?.findingId}`;
    browser = await launchChromium();
    visited = await visitAs(browser, started, { cookie: client.credentials()['cookie'] ?? '' });
  });
  afterAll(async () => {
    agent?.end();
    await browser?.close();
    await started?.muster.stop();
  });

  it.each([
    ['the server', () => `/servers/${server}`, BOLD],
    ['the ban log', () => '/bans', FORMULA],
    ['the fleet', () => '/', 'evil-01'],
    ['the servers', () => '/servers', 'evil-01'],
    ['the ledger', () => '/audit', 'evil-01'],
    ['the sites', () => '/sites', 'evil.example'],
    ['the posture of the fleet', () => '/posture', 'evil-01'],
    ['the posture of the server', () => `/posture/servers/${server}`, FORMULA],
    ['keys across the fleet', () => '/posture/views/keys?show=all', FORMULA],
    ['cron files across the fleet', () => '/posture/views/cron?show=all', FORMULA],
    ['a check', () => '/posture/PER-001', FORMULA],
    ['a finding', () => finding, FORMULA],
  ])('show its words on %s, and run none of them', async (_, path, words) => {
    const { page } = visited;
    await page.goto(path());
    await page.getByText(words).first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.evaluate(() => document.body.dataset['owned'] ?? null)).toBeNull();
    expect(await page.locator('img[src="x"], b:text-is("owned")').count()).toBe(0);
  });

  it('gave the browser nothing to complain about', () => {
    expect(visited.complaints).toEqual([]);
  });
});
