// The operator's pages for clients: a list is tried, imported and found again; a site is given by hand; rules are looked at
// before they are set. axe finds nothing serious on any of them, dialogs open or not.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, visit, type Visit } from '../support/browser.ts';
import { firstStart, type FirstStart } from '../support/first-start.ts';
import { setUpOwner } from '../support/person.ts';
import { overflow, serious } from '../support/readable.ts';

/** Screenshots for whoever wants to look: MUSTER_SHOTS names a folder. */
const SHOTS = process.env['MUSTER_SHOTS'];
const LIST = `kind;ref;name;client;domain
client;crm-1;Kestrel Cycles;;
client;crm-2;Merle Press;;
site;vhost-1;;crm-1;shop.kestrel.example
site;vhost-2;;crm-9;shop.nobody.example`;

describe('the operator’s pages for clients', () => {
  let muster: FirstStart;
  let browser: Browser;
  let visited: Visit;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    muster = await firstStart();
    visited = await visit(browser, muster.url);
    page = visited.page;
    await setUpOwner(page, muster.ownerLink ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await muster?.remove();
  });

  async function readsWell(name: string): Promise<void> {
    for (const [width, colorScheme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await serious(page), `${name}, ${width} wide`).toEqual([]);
      expect(await overflow(page), `${name}, ${width} wide`).toBe(0);
      if (SHOTS !== undefined)
        await page.screenshot({ path: `${SHOTS}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  }

  it('say what a list would do, do it, and find everything there the second time', async () => {
    await page.goto('/clients/import');
    await page.getByLabel('The list').fill(LIST);
    await page.getByRole('button', { name: 'Show what it would do' }).click();
    await page.getByText('3 new, 0 changed, 0 as they are, 1 refused.').waitFor();
    await page.getByText('No client has the reference crm-9').waitFor();
    await readsWell('import');
    await page.getByRole('button', { name: 'Import 3 lines' }).click();
    await page.getByRole('heading', { name: 'What it did' }).waitFor();
    await page.getByRole('button', { name: 'Show what it would do' }).click();
    await page.getByText('0 new, 0 changed, 3 as they are, 1 refused.').waitFor();
  });

  it('list clients, and show one with its limits and sites', async () => {
    await page.goto('/clients');
    await page.getByRole('row', { name: /^Merle Press/ }).waitFor();
    await readsWell('clients');
    await page.getByRole('link', { name: 'Kestrel Cycles' }).click();
    await page.getByRole('row', { name: /^shop\.kestrel\.example/ }).waitFor();
    await readsWell('client-detail');
    await page.getByRole('button', { name: 'Change the limits…' }).click();
    await page.getByRole('dialog').waitFor();
    await readsWell('limits');
    await page.getByLabel('How often, in 24 hours').fill('2');
    await page.getByRole('button', { name: 'Save the limits' }).click();
    await page.getByText('2 times in 24 hours').waitFor();
  });

  it('give a site by hand, and show what rules would do before they are set', async () => {
    await page.goto('/sites');
    await page.getByRole('button', { name: 'Assign shop.kestrel.example' }).click();
    await page.getByRole('dialog').getByLabel('Merle Press').check();
    await readsWell('assign');
    await page.getByRole('button', { name: 'Give it to Merle Press' }).click();
    await page
      .getByRole('row', { name: /^shop\.kestrel\.example/ })
      .getByText('by hand')
      .waitFor();
    await readsWell('sites');
    await page.goto('/sites/rules');
    await page.getByRole('button', { name: 'Write the first' }).click();
    await page.getByLabel('Rule 1: what is looked at').selectOption('domain');
    await page.getByLabel('Rule 1: what it is').fill('*.kestrel.example');
    await page.getByLabel('Rule 1: the client').fill('Kestrel Cycles');
    await page.getByRole('button', { name: 'Show what they would do' }).click();
    await page.getByText('stays: given by hand').waitFor();
    await readsWell('rules');
    await page.getByRole('button', { name: 'Set the rules and move 0 sites' }).click();
    await page.getByText(/^Set by/).waitFor();
  });

  it('say that there is no such client, and left nothing for the browser to complain about', async () => {
    expect(visited.complaints).toEqual([]);
    await page.goto('/clients/0190b5e2-7a10-7000-8000-00000000ffff');
    await page.getByText('The client was not found').waitFor();
  });
});
