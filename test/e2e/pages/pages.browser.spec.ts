// Every page with a running Muster behind it: in light and dark, wide and narrow, axe finds nothing serious, the page does
// not scroll sideways, and the browser has nothing to complain about.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, visit, type Visit } from '../support/browser.ts';
import { firstStart, type FirstStart } from '../support/first-start.ts';
import { setUpOwner } from '../support/person.ts';
import { overflow, serious } from '../support/readable.ts';

/** Screenshots for whoever wants to look: MUSTER_SHOTS names a folder. */
const SHOTS = process.env['MUSTER_SHOTS'];
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
/** The tokens are the same on every page: each width sees each theme, and two of the four see every page. */
const VIEWS = [
  { width: 1440, scheme: 'light', pages: PAGES },
  { width: 390, scheme: 'dark', pages: PAGES },
  { width: 1440, scheme: 'dark', pages: PAGES.slice(0, 2) },
  { width: 390, scheme: 'light', pages: PAGES.slice(0, 2) },
] as const;

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

  // Side by side: most of a view's time is waiting for the network to fall silent.
  it.concurrent.each(VIEWS)(
    'reads well $width wide in $scheme',
    { timeout: 300_000 },
    async ({ width, scheme, pages }) => {
      const page = await pageAt(visited.context, width, scheme);
      const found: string[] = [];
      for (const [name, path] of [...pages, ['One server', serverPage] as const]) {
        await page.goto(path);
        await page.getByRole('heading', { level: 1 }).first().waitFor();
        await page.waitForLoadState('networkidle');
        found.push(...(await serious(page)).map((problem) => `${name}: ${problem}`));
        if (SHOTS !== undefined)
          await page.screenshot({
            path: `${SHOTS}/${name.toLowerCase().replaceAll(' ', '-')}-${width}-${scheme}.png`,
            fullPage: true,
          });
        const wider = await overflow(page);
        if (wider > 0) found.push(`${name}: ${wider} px wider than the window`);
      }
      expect(found).toEqual([]);
      await page.close();
    },
  );

  it('reads well with its dialogs open', { timeout: 60_000 }, async () => {
    const page = await pageAt(visited.context, 1440, 'light');
    await page.goto('/bans');
    await page.getByRole('button', { name: /Block an address/ }).click();
    await page.getByRole('dialog').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.close();
  });

  it('says what is not there instead of failing', async () => {
    const page = await pageAt(visited.context, 1440, 'light');
    await page.goto('/servers/0190b5e2-7a10-7000-8000-00000000ffff');
    await page
      .getByText(/no server|not found|does not exist/i)
      .first()
      .waitFor();
    await page.close();
  });

  it('had nothing to complain about', () => {
    expect(visited.complaints).toEqual([]);
  });
});

async function pageAt(context: BrowserContext, width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  return page;
}
