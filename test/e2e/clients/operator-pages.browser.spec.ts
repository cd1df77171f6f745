// The operator's pages for clients: a list is tried, imported and found again; a site is given by hand; rules are looked at
// before they are set. axe finds nothing serious on any of them, dialogs open or not.
import { MakeToken } from '@muster/contracts/access';
import { GetDashboard } from '@muster/contracts/clients';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, visit, type Visit } from '../support/browser.ts';
import { startInProcess, visitAs, type InProcess } from '../support/in-process.ts';
import { accept, grant, invite, post } from '../support/people.ts';
import { readsWell } from '../support/readable.ts';

const LIST = `kind;ref;name;client;domain
client;crm-1;Kestrel Cycles;;
client;crm-2;Merle Press;;
site;vhost-1;;crm-1;shop.kestrel.example
site;vhost-2;;crm-9;shop.nobody.example`;

describe('the operator’s pages for clients', () => {
  let started: InProcess;
  let browser: Browser;
  let visited: Visit;
  let page: Page;
  let kestrel = '';

  beforeAll(async () => {
    browser = await launchChromium();
    started = await startInProcess();
    visited = await visitAs(browser, started, await started.muster.owner());
    page = visited.page;
  });
  afterAll(async () => {
    await browser?.close();
    await started?.muster.stop();
  });

  it('say what a list would do, do it, and find everything there the second time', async () => {
    await page.goto('/clients/import');
    await page.getByLabel('The list').fill(LIST);
    await page.getByRole('button', { name: 'Show what it would do' }).click();
    await page.getByText('3 new, 0 changed, 0 as they are, 1 refused.').waitFor();
    // By its line in the file: the first names the columns.
    await page.getByRole('row', { name: /^5 vhost-2 No client has the reference crm-9/ }).waitFor();
    await readsWell(page, 'import');
    await page.getByRole('button', { name: 'Import 3 lines' }).click();
    await page.getByRole('heading', { name: 'What it did' }).waitFor();
    await page.getByRole('button', { name: 'Show what it would do' }).click();
    await page.getByText('0 new, 0 changed, 3 as they are, 1 refused.').waitFor();
  });

  it('list clients, and show one with its limits and sites', async () => {
    await page.goto('/clients');
    await page.getByRole('row', { name: /^Merle Press/ }).waitFor();
    await readsWell(page, 'clients');
    await page.getByRole('link', { name: 'Kestrel Cycles' }).click();
    await page.getByRole('row', { name: /^shop\.kestrel\.example/ }).waitFor();
    await readsWell(page, 'client-detail');
    await page.getByRole('button', { name: 'Change the limits…' }).click();
    await page.getByRole('dialog').waitFor();
    await readsWell(page, 'limits');
    await page.getByLabel('How often, in 24 hours').fill('2');
    await page.getByRole('button', { name: 'Save the limits' }).click();
    await page.getByText('2 times in 24 hours').waitFor();
  });

  it('give a site by hand, and show what rules would do before they are set', async () => {
    await page.goto('/sites');
    await page.getByRole('button', { name: 'Assign shop.kestrel.example' }).click();
    await page.getByRole('dialog').getByLabel('Merle Press').check();
    await readsWell(page, 'assign');
    await page.getByRole('button', { name: 'Give it to Merle Press' }).click();
    await page
      .getByRole('row', { name: /^shop\.kestrel\.example/ })
      .getByText('by hand')
      .waitFor();
    await readsWell(page, 'sites');
    await page.goto('/sites/rules');
    await page.getByRole('button', { name: 'Write the first' }).click();
    await page.getByLabel('Rule 1: what is looked at').selectOption('domain');
    await page.getByLabel('Rule 1: what it is').fill('*.kestrel.example');
    await page.getByLabel('Rule 1: the client').fill('Kestrel Cycles');
    await page.getByRole('button', { name: 'Show what they would do' }).click();
    await page.getByText('stays: given by hand').waitFor();
    await readsWell(page, 'rules');
    await page.getByRole('button', { name: 'Set the rules and move 0 sites' }).click();
    await page.getByText(/^Set by/).waitFor();
  });

  it('block an address on a client’s behalf, and grant a role on a client', async () => {
    const serverId = await started.muster.server('fra-web-01');
    const { clients } = (await (await page.request.get('/api/clients')).json()) as {
      clients: { clientId: string; name: string }[];
    };
    kestrel = clients.find(({ name }) => name === 'Kestrel Cycles')?.clientId ?? '';
    await post(page, '/api/sites', { name: 'blog.kestrel.example', serverId, clientId: kestrel });
    await page.goto('/bans');
    await page
      .getByRole('button', { name: /Block an address/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Block an address or range' });
    await dialog.getByLabel('Address or range').fill('203.0.113.77');
    await dialog.getByLabel('On behalf of').selectOption('Kestrel Cycles');
    await dialog.getByLabel('Reason').fill('They called: somebody tries their shop’s passwords');
    await readsWell(page, 'block-on-behalf');
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/\/operations\//);
    await page.goto(`/c/${kestrel}`);
    await page.getByText(/blocked 203\.0\.113\.77 for you/).waitFor();
    expect(await page.getByText('They called').count()).toBe(0);
    await page.goto('/grants');
    await page.getByRole('button', { name: 'Grant a role…' }).click();
    const granting = page.getByRole('dialog', { name: 'Grant a role' });
    await granting.getByLabel('Role').selectOption('Client viewer');
    await granting.getByLabel('Kestrel Cycles').check();
    await readsWell(page, 'grant-on-client');
    await page.keyboard.press('Escape');
  });

  it('a client’s person makes a token in the client’s own frame, with a role of the team’s own', async () => {
    const { roleId } = await post(page, '/api/access/roles', {
      name: 'Shop system',
      permissions: [MakeToken, GetDashboard].map(({ permission }) => permission.name),
    });
    const link = await invite(page, 'Ada Kestrel', 'ada@kestrel.example');
    const ada = await visit(browser, started.url);
    const { page: hers } = ada;
    const scope = { kind: 'client', clientId: kestrel };
    const people = (await (await page.request.get('/api/people')).json()) as {
      people: { personId: string; name: string }[];
    };
    const adaId = people.people.find(({ name }) => name === 'Ada Kestrel')?.personId ?? '';
    await grant(page, adaId, 'client-admin', scope, null);
    await grant(page, adaId, String(roleId), scope, null);
    await accept(hers, link);
    await hers.waitForURL(`**/c/${kestrel}`);
    await hers.getByText(/blocked 203\.0\.113\.77 for you/).waitFor();
    await readsWell(hers, 'client-page');
    await hers.goto('/account');
    await hers.getByRole('heading', { name: 'API tokens' }).waitFor();
    await readsWell(hers, 'client-account');
    await hers.getByRole('button', { name: 'Make a token…' }).click();
    const dialog = hers.getByRole('dialog', { name: 'Make an API token' });
    await dialog.getByLabel('What it is for').fill('Shop system');
    expect(await dialog.getByLabel('Where').locator('option').allInnerTexts()).toEqual(['Kestrel Cycles']);
    expect(await dialog.getByLabel('Role').locator('option').allInnerTexts()).toEqual(
      expect.arrayContaining(['Shop system']),
    );
    await readsWell(hers, 'client-token');
    await dialog.getByRole('button', { name: 'Make the token' }).click();
    await dialog.getByText(/Copy it now/).waitFor();
    expect(ada.complaints).toEqual([]);
  });

  it('say that there is no such client, and left nothing for the browser to complain about', async () => {
    expect(visited.complaints).toEqual([]);
    await page.goto('/clients/0190b5e2-7a10-7000-8000-00000000ffff');
    await page.getByRole('heading', { level: 1, name: 'This client was not found' }).waitFor();
  });
});
