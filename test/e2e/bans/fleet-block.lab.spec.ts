// One address, five real servers, a real brute force: banned by fail2ban, seen live, blocked on the fleet in the browser,
// held by every nft, proven, and undone again.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canConnect } from '../../lab/brute-force.ts';
import { launchChromium, visit, type Visit } from '../support/browser.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';
import { signIn } from '../support/person.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SSH = 22;
const WEB = 80;

describe('a brute force against one of five servers', () => {
  let up: LabUnderTest;
  let browser: Browser;
  let visited: Visit;
  let page: Page;
  let attacker: string;

  beforeAll(async () => {
    up = await labUnderTest();
    attacker = up.lab.attacker.address;
    browser = await launchChromium(up.lab.url);
    visited = await visit(browser, up.lab.url);
    page = visited.page;
    await signIn(page, up.lab.owner);
  });
  afterAll(async () => {
    await browser?.close();
  });

  it('finds five servers enrolled, present and confirmed', async () => {
    for (const { machine } of up.lab.servers) {
      const cell = page.getByRole('link', { name: new RegExp(`^${machine.name}`) }).first();
      await cell.getByRole('img', { name: 'answers' }).waitFor();
    }
  });

  it('is banned by fail2ban, and the row appears in the open page without a reload', async () => {
    await page.goto('/bans');
    // A pointer over the table pauses it, as it should.
    await page.mouse.move(2, 2);
    await page.getByRole('button', { name: /Live/ }).waitFor();
    await page.evaluate(() => (document.body.dataset['opened'] = 'once'));
    expect(await canConnect(up.lab.attacker, up.first.machine, SSH)).toBe(true);

    const { attempts, shutOut } = await up.lab.attack(up.first);
    expect(shutOut).toBe(true);
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(await up.first.machine.sh('fail2ban-client get sshd banned')).toContain(attacker);

    const row = page.getByRole('row').filter({ hasText: attacker }).filter({ hasText: up.first.machine.name });
    await row
      .filter({ hasText: /banned/i })
      .first()
      .waitFor({ timeout: 15_000 });
    expect(await page.evaluate(() => document.body.dataset['opened'])).toBe('once');
  });

  it('is still let in by the other servers, until the operator blocks it on the fleet', async () => {
    expect(await canConnect(up.lab.attacker, up.second.machine, WEB)).toBe(true);
    await page
      .getByRole('button', { name: /^Block an address/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Block an address or range' });
    await dialog.getByLabel('Address or range').fill(attacker);
    await dialog.getByLabel('Reason').fill('Tries passwords on fra-web-01');
    await dialog.getByText('Will reach').filter({ hasText: '5 of 5' }).waitFor();
    await dialog.getByRole('button', { name: `Block ${attacker} on 5 servers` }).click();
    await page.waitForURL(/\/operations\//);
    await page.getByText('5 servers did it and signed a receipt.').waitFor();
  });

  it('is held by nft on all five, and connections to another server fail', async () => {
    for (const { machine } of up.lab.servers) {
      expect(await machine.sh('nft list table inet muster'), machine.name).toContain(attacker);
    }
    expect(await canConnect(up.lab.attacker, up.second.machine, WEB)).toBe(false);
    expect(await canConnect(up.lab.attacker, up.second.machine, SSH)).toBe(false);
  });

  it('reaches "5 of 5 enforced" in Operations', async () => {
    await page.goto('/operations');
    const row = page.getByRole('row').filter({ hasText: attacker });
    await row.filter({ hasText: '5 of 5 enforced' }).first().waitFor();
  });

  it('stands in Audit as request, tasks and receipts, and the proof verifies in the browser', async () => {
    await page.goto('/audit');
    const request = page
      .getByRole('row')
      .filter({ hasText: `blocked ${attacker}` })
      .first();
    await request.waitFor();
    await page.goto('/audit?type=operations.TaskRequested');
    for (const { machine } of up.lab.servers) {
      await page.getByRole('row').filter({ hasText: 'wrote down' }).filter({ hasText: machine.name }).first().waitFor();
    }
    await page.goto('/audit?type=operations.TaskSucceeded');
    await page
      .getByRole('row')
      .filter({ hasText: 'did its task' })
      .nth(up.lab.servers.length - 1)
      .waitFor();
    await page.goto('/audit?type=bans.AddressBlocked');
    await request.getByRole('link', { name: /^Ledger entry/ }).click();
    await page.getByText('Verified in this browser').waitFor();
  });

  it('is intact for muster verify, run beside the database', async () => {
    const url = (await readFile(join(up.lab.dataFolder, 'auditor.url'), 'utf8')).trim();
    const trust = join(up.lab.dataFolder, 'keys/keyset.json');
    const args = [join(ROOT, 'services/cli/bin/muster.js'), 'verify', '--database', url, '--trust', trust, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    const report = JSON.parse(stdout) as { ok: boolean };
    expect(report.ok).toBe(true);
  });

  it('is let in again everywhere once it is unblocked', async () => {
    await page.goto('/bans?tab=force');
    await page.getByRole('button', { name: `Unblock ${attacker}` }).click();
    const dialog = page.getByRole('dialog', { name: `Unblock ${attacker}` });
    await dialog.getByLabel('Reason').fill('The test is over');
    await dialog.getByRole('button', { name: /^Unblock .* on 5 servers$/ }).click();
    await page.waitForURL(/\/operations\//);
    await page.getByText('5 servers did it and signed a receipt.').waitFor();
    for (const { machine } of up.lab.servers) {
      expect(await machine.sh('nft list table inet muster'), machine.name).not.toContain(attacker);
    }
    await eventually(
      'the attacker connects to the second server',
      () => canConnect(up.lab.attacker, up.second.machine, WEB),
      (connects) => connects,
      5_000,
    );
    // What fail2ban itself decided on the attacked server is not undone by it.
    expect(await up.first.machine.sh('fail2ban-client get sshd banned')).toContain(attacker);
  });

  it("refuses to block an operator's own address, in words", async () => {
    await page.goto('/bans');
    await page
      .getByRole('button', { name: /^Block an address/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Block an address or range' });
    await dialog.getByLabel('Address or range').fill(new URL(up.lab.url).hostname);
    await dialog.getByLabel('Reason').fill('Should never be possible');
    await dialog.getByText('This would be refused.').waitFor();
    await dialog.getByRole('button', { name: 'Keep as it is' }).click();
  });

  it('left nothing for the browser to complain about', () => {
    expect(visited.complaints).toEqual([]);
  });
});
