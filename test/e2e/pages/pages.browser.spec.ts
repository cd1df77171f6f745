// Every page with a running Muster behind it: in light and dark, wide and narrow, axe finds nothing serious, the page does
// not scroll sideways, and the browser has nothing to complain about.
import type { Browser, Page } from 'playwright-core';
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
const NOBODY = '0190b5e2-7a10-7000-8000-00000000ffff';
/** Pages about one thing, of things that are not there. */
const ABOUT_ONE = [
  `/servers/${NOBODY}`,
  `/operations/${NOBODY}`,
  `/reviews/${NOBODY}`,
  `/clients/${NOBODY}`,
  `/c/${NOBODY}`,
  '/posture/ZZZ-999',
  `/posture/servers/${NOBODY}`,
  `/posture/servers/${NOBODY}/findings/${NOBODY}`,
  '/posture/views/nothing',
  '/nowhere',
];
/** Judged servers make them worth reading: a spec of their own does. */
const POSTURE = [
  '/posture',
  '/posture?tab=findings',
  '/posture?tab=waivers',
  '/posture?tab=catalogue',
  '/posture/intake',
  '/posture/duties',
  '/posture/views/review',
  '/posture/views/ports',
];
/** What a page asks about itself; its frame and who reads it go on. */
const QUESTIONS = /\/api\/(?!session|fleet|stop)/;
/** They ask nothing before somebody does something. */
const STANDS_ALONE: readonly string[] = ['/clients/import', '/servers/enrol', '/posture/views/nothing', '/nowhere'];
/** The tokens are the same on every page: each is seen in two of the four views, and these are in all. */
const IN_ALL_VIEWS: readonly string[] = ['Fleet', 'Bans', 'One server'];

const headings = (page: Page): Promise<string[]> => page.getByRole('heading', { level: 1 }).allInnerTexts();

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

  it.each(ABOUT_ONE)('says that %s is not there, in its only heading of level 1', async (path) => {
    const page = await visited.context.newPage();
    await page.goto(path);
    await page.getByText(/or it is not yours to see|There is no view of that name/).waitFor();
    expect(await headings(page)).toHaveLength(1);
    expect(await serious(page)).toEqual([]);
    await page.close();
  });

  it(
    'has one heading of level 1 while it waits, after a failure, and where it is closed',
    { timeout: 180_000 },
    async () => {
      const page = await visited.context.newPage();
      const wrong: string[] = [];
      const paths = [...PAGES.map(([, path]) => path), ...POSTURE, ...ABOUT_ONE];
      for (const status of [403, 500, null]) {
        await page.unrouteAll({ behavior: 'ignoreErrors' });
        await page.route(QUESTIONS, async (route) => {
          const title = status === 403 ? 'Not allowed' : 'Failed';
          if (status !== null) await route.fulfill({ status, json: { title, status, detail: 'Said by the spec' } });
        });
        for (const path of status === null ? ABOUT_ONE : paths) {
          await page.goto(path);
          await page.getByRole('heading', { level: 1 }).first().waitFor();
          if (status !== null && !STANDS_ALONE.includes(path))
            await page.getByText('Said by the spec').first().waitFor();
          const found = await headings(page);
          if (found.length !== 1) wrong.push(`${path} (${status ?? 'waiting'}): ${found.join(' | ')}`);
        }
      }
      expect(wrong).toEqual([]);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.close();
    },
  );
});
