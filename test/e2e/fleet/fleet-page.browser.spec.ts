// The fleet page with servers of which nothing was ever heard, and the way from there through pages that a group narrows: what
// is silent is said, and the chosen group goes along.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, type Visit } from '../support/browser.ts';
import { startInProcess, visitAs, type InProcess } from '../support/in-process.ts';
import { readsWell } from '../support/readable.ts';

describe('the fleet page', () => {
  let started: InProcess;
  let browser: Browser;
  let visited: Visit;
  let page: Page;
  let web = '';
  let database = '';
  let group = '';

  beforeAll(async () => {
    started = await startInProcess();
    const { muster } = started;
    const owner = await muster.owner();
    web = await muster.server('fra-web-01');
    database = await muster.server('fra-db-01');
    const { body } = await muster.call('POST', '/api/groups', owner, { name: 'Web', serverIds: [web] });
    group = String(body['groupId']);
    browser = await launchChromium();
    visited = await visitAs(browser, started, owner);
    page = visited.page;
  });
  afterAll(async () => {
    await browser?.close();
    await started?.muster.stop();
  });

  /** Path and question of where the page is, without the chosen group, which must be there. */
  function place(): string {
    const url = new URL(page.url());
    expect(url.searchParams.get('group'), url.href).toBe(group);
    url.searchParams.delete('group');
    return url.pathname + url.search + url.hash;
  }

  it('says who has never called instead of that nothing is to do', async () => {
    await page.goto('/');
    await page.getByRole('heading', { level: 1, name: '0 of 2 servers answer. Two have not called yet.' }).waitFor();
    const attention = page.getByRole('region', { name: 'Needs attention' });
    const never = attention.getByRole('link', {
      name: 'fra-db-01 and fra-web-01 were enrolled and have not called yet',
    });
    await never.first().waitFor();
    expect(await page.getByText('Nothing needs you').count()).toBe(0);
    await readsWell(page, 'fleet-never-called');
    await never.first().click();
    await page.getByRole('heading', { level: 1, name: '2 servers fit.' }).waitFor();
  });

  it('leads to all that it names, although a group of some of them is chosen', async () => {
    await page.goto(`/?group=${group}`);
    await page.getByRole('heading', { level: 1, name: 'Your one server has not called yet.' }).waitFor();
    const never = page.getByRole('link', { name: 'fra-db-01 and fra-web-01 were enrolled' }).first();
    expect(await never.getAttribute('href')).toBe('/servers?presence=never');
  });

  it('keeps the chosen group from page to page', async () => {
    const main = page.getByRole('main');
    await page.goto(`/?group=${group}`);
    await main.getByRole('link', { name: /^fra-web-01/ }).click();
    await main.getByRole('link', { name: 'Posture' }).click();
    await page.waitForURL(/\/posture\/servers\//);
    expect(place()).toBe(`/posture/servers/${web}`);
    await main.getByRole('link', { name: 'Posture', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'No server has been judged yet' }).waitFor();
    expect(place()).toBe('/posture');
    await main.getByRole('link', { name: 'Catalogue' }).click();
    await main.getByRole('link', { name: /root/i }).first().click();
    await page.waitForURL(/\/posture\/[A-Z]{3}-\d/);
    expect(place()).toMatch(/^\/posture\/[A-Z]{3}-\d+$/);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find or do' }).fill('Servers');
    await page.getByRole('option', { name: /^Servers g s/ }).click();
    await main.getByRole('link', { name: 'fra-web-01' }).waitFor();
    expect(await main.getByRole('link', { name: 'fra-db-01' }).count()).toBe(0);
    expect(place()).toBe('/servers');
    await main.getByRole('link', { name: 'Groups and tags' }).click();
    await page.waitForURL(/\/groups/);
    expect(place()).toBe('/groups');
  });

  it('has no link among its own pages that loses the group', async () => {
    const lost: string[] = [];
    const paths = ['/', '/bans', '/bans?tab=jails', '/servers', '/operations', '/posture', '/posture?tab=findings'];
    for (const path of [...paths, '/posture/views', '/posture/views/keys', `/servers/${database}`, '/audit']) {
      await page.goto(`${path}${path.includes('?') ? '&' : '?'}group=${group}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle');
      const links = await page
        .locator('a[href^="/"]:not([download])')
        .evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
      expect(links.length).toBeGreaterThan(10);
      lost.push(
        ...links.filter((href) => !href.includes('group=') && !WHOLE.has(href)).map((href) => `${path}: ${href}`),
      );
    }
    expect(lost).toEqual([]);
  });

  it('had nothing to complain about', () => {
    expect(visited.complaints).toEqual([]);
  });
});

/** To sign out, and to what a part about the whole fleet names outside of the group. */
const WHOLE = new Set(['/signout', '/servers?presence=never']);
