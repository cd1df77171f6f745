// Every page with a running Muster behind it: in light and dark, wide and narrow, axe finds nothing serious, the page does
// not scroll sideways, and the browser has nothing to complain about.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, visit, type Visit } from '../support/browser.ts';
import { firstStart, type FirstStart } from '../support/first-start.ts';
import { setUpOwner } from '../support/person.ts';
import { openPage, readsWell, serious } from '../support/readable.ts';

const PAGES = [
  ['Fleet', '/'],
  ['Bans', '/bans'],
  ['In force', '/bans?tab=force'],
  ['Never blocked', '/bans?tab=never'],
  ['Jails', '/bans?tab=jails'],
  ['Operations', '/operations'],
  ['Audit', '/audit'],
  ['Servers', '/servers'],
  ['Enrol a server', '/servers/enrol'],
  ['Groups', '/groups'],
  ['Clients', '/clients'],
  ['Import', '/clients/import'],
  ['Sites', '/sites'],
  ['Rules', '/sites/rules'],
  ['Releases', '/releases'],
  ['Grants', '/grants'],
  ['Roles', '/grants/roles'],
  ['Who can', '/grants/who'],
  ['People', '/people'],
  ['Your account', '/account'],
  ['At a time', '/grants/then'],
  ['API tokens', '/tokens'],
  ['Service accounts', '/tokens/accounts'],
  ['Networks', '/networks'],
  ['Reviews', '/reviews'],
] as const;
/** The tokens are the same on every page: each is seen in two of the four views, and these are in all. */
const IN_ALL_VIEWS: readonly string[] = ['Fleet', 'Bans', 'One server'];

describe('every page', () => {
  let muster: FirstStart;
  let browser: Browser;
  let visited: Visit;
  let serverPage = '';

  beforeAll(async () => {
    browser = await launchChromium();
    muster = await firstStart();
    visited = await visit(browser, muster.url);
    await setUpOwner(visited.page, muster.ownerLink ?? '');
    const servers = (await (await visited.page.request.get('/api/servers')).json()) as {
      servers: { serverId: string }[];
    };
    serverPage = `/servers/${servers.servers[0]?.serverId ?? ''}`;
  });
  afterAll(async () => {
    await browser?.close();
    await muster?.remove();
  });

  // Side by side: much of a page's time is waiting for the network to fall silent.
  it.concurrent.each([...PAGES, ['One server', null] as const])('%s reads well', async (name, path) => {
    const page = await openPage(visited.context, path ?? serverPage);
    await readsWell(page, name, { crossed: IN_ALL_VIEWS.includes(name) });
    await page.close();
  });

  it('reads well with its dialogs open', { timeout: 60_000 }, async () => {
    const page = await openPage(visited.context, '/bans');
    await page.getByRole('button', { name: /Block an address/ }).click();
    await page.getByRole('dialog').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.close();
  });

  it('had nothing to complain about', () => {
    expect(visited.complaints).toEqual([]);
  });

  it('says what is not there instead of failing', async () => {
    const page = await visited.context.newPage();
    await page.goto('/servers/0190b5e2-7a10-7000-8000-00000000ffff');
    await page
      .getByText(/no server|not found|does not exist/i)
      .first()
      .waitFor();
    await page.close();
  });
});
