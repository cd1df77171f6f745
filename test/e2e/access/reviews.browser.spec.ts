// Access that ends and access that is looked at, in the real pages: a contractor's grant of three seconds stops an open
// page, a review is decided from the keyboard and attested, a person is let go and erased. Every dialog on the way is looked
// at by axe, wide in light and narrow in dark.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, visit, type Visit } from '../support/browser.ts';
import { startInProcess, visitAs, type InProcess } from '../support/in-process.ts';
import { grant, invite } from '../support/people.ts';
import { readsWell } from '../support/readable.ts';

describe('access that ends, and access that is reviewed', () => {
  let started: InProcess;
  let browser: Browser;
  let desk: Visit;
  let carla: Visit;
  let carlaId = '';
  let serverId = '';

  beforeAll(async () => {
    browser = await launchChromium();
    started = await startInProcess();
    const { muster } = started;
    serverId = await muster.server('fra-web-01');
    desk = await visitAs(browser, started, await muster.owner());
    const contractor = await muster.person('Carla Contractor');
    carlaId = contractor.personId;
    carla = await visitAs(browser, started, contractor);
    for (const { page } of [desk, carla]) await page.goto('/');
  });
  afterAll(async () => {
    await browser?.close();
    await started?.muster.stop();
  });

  it('a password is made for who comes in, and can be typed over', async () => {
    const link = await invite(desk.page, 'Pia Password', 'pia@agency.example');
    const { page, context } = await visit(browser, started.url);
    await page.goto(link);
    const field = page.getByLabel('Password');
    await field.waitFor();
    expect(await field.inputValue()).toMatch(/^([\w]{4}-){4}\w{4}$/);
    await page.getByText('Made for you').waitFor();
    await page.getByText('Strong').waitFor();
    await readsWell(page, 'enter');
    await context.close();
  });

  it('a contractor’s grant of three seconds ends while the page is open: page and socket stop, the event is there', async () => {
    await carla.page.goto('/servers');
    await grant(desk.page, carlaId, 'contractor', { kind: 'server', serverId }, 3000);
    const row = carla.page.locator(`a[href="/servers/${serverId}"]`).first();
    await row.waitFor();
    // Nobody touches the page.
    await row.waitFor({ state: 'detached', timeout: 10_000 });
    await carla.page
      .getByText(/closed to your role|needs the permission/)
      .first()
      .waitFor();
    const refused = await carla.page.request.get('/api/servers');
    expect(refused.status()).toBe(403);
    const entries = (await (await desk.page.request.get('/api/audit/entries?type=access.GrantEnded')).json()) as {
      entries: { data: { holderId: string; why: string } }[];
    };
    expect(entries.entries.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ holderId: carlaId, why: 'expired' }),
    );
  });

  it('a review is opened, decided from the keyboard, and attested', async () => {
    const { page } = desk;
    await grant(page, carlaId, 'auditor', { kind: 'fleet' }, null);
    await page.goto('/reviews');
    await page.getByRole('heading', { name: 'No review is due' }).waitFor();
    await readsWell(page, 'reviews-empty');
    await page.getByRole('button', { name: 'Review access now' }).click();
    await page.getByRole('heading', { name: /to decide/ }).waitFor();
    await readsWell(page, 'review');
    await page.keyboard.press('j');
    // The owner, who is alone, may decide about their own item too, and that one comes first.
    await page.getByRole('button', { name: /^Keep Auditor on the fleet/ }).focus();
    await page.keyboard.press('n');
    const ending = page.getByRole('dialog', { name: /End Auditor on the fleet/ });
    await ending.waitFor();
    await readsWell(page, 'review-end');
    await page.keyboard.press('Escape');
    await ending.waitFor({ state: 'detached' });
    await page.keyboard.press('y');
    const keeping = page.getByRole('dialog', { name: /Keep Auditor on the fleet/ });
    await keeping.getByLabel('Why').fill('Reads until the end of the quarter');
    await page.keyboard.press('Enter');
    await page.getByText('“Reads until the end of the quarter”').waitFor();
    // What is left is about the owner, who is alone: it would be said for ever.
    await page.getByText(/about you.*Nobody else may decide/).waitFor();
    expect(await page.getByRole('button', { name: /^Keep Owner on the fleet/ }).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Attest…' }).count()).toBe(0);
    await readsWell(page, 'review-alone');
    await grant(page, carlaId, 'owner', { kind: 'fleet' }, null);
    const url = page.url();
    // Now somebody else could: nobody reviews their own access.
    await page.reload();
    await page.getByText(/about you.*Another owner decides/).waitFor();
    expect(await page.getByRole('button', { name: /^Keep Owner on the fleet/ }).count()).toBe(0);
    const { page: hers } = carla;
    await hers.goto(url);
    const keep = hers.getByRole('button', { name: /^Keep Owner on the fleet/ });
    await keep.click();
    await hers.getByRole('dialog').getByLabel('Why').fill('Owns the company');
    await hers.keyboard.press('Enter');
    await hers.getByRole('button', { name: 'Attest…' }).click();
    const attest = hers.getByRole('dialog', { name: 'Attest this review' });
    await readsWell(hers, 'review-attest');
    await attest.getByLabel('What you say to it').fill('Looked at each');
    await attest.getByLabel('Your name').fill('Somebody else');
    await attest.getByRole('button', { name: 'Attest this review' }).click();
    await attest.getByText('Type your own name').waitFor();
    await attest.getByLabel('Your name').fill('Carla Contractor');
    await attest.getByRole('button', { name: 'Attest this review' }).click();
    await hers.getByRole('heading', { name: /^Attested/ }).waitFor();
    await readsWell(hers, 'review-attested');
    await page.goto('/reviews');
    await page.getByText('Carla Contractor').first().waitFor();
    await readsWell(page, 'reviews');
  });

  it('dialogs about people, grants and roles are right wide and narrow', async () => {
    const { page } = desk;
    await invite(page, 'Rita Role', 'rita@agency.example');
    await page.goto('/people');
    const row = page.getByRole('row', { name: /Carla Contractor/ });
    await dialogOf(page, row.getByRole('button', { name: /^Let go/ }), 'let-go');
    await dialogOf(page, row.getByRole('button', { name: /^End sessions/ }), 'end-sessions');
    await page.goto('/grants');
    await dialogOf(page, page.getByRole('button', { name: /^End grant\s*: Auditor of Carla/ }), 'revoke');
    await dialogOf(page, page.getByRole('button', { name: 'Grant a role…' }), 'grant');
    await page.goto('/grants/roles');
    await dialogOf(page, page.getByRole('button', { name: /Define a role|New role|Make a role/ }).first(), 'role');
    await page.goto('/groups');
    await dialogOf(page, page.getByRole('button', { name: /Create a group…|Create the first/ }).first(), 'group');
  });

  it('a person is let go and then erased: the name is gone from the open page', async () => {
    const { page } = desk;
    await page.goto('/people');
    const row = page.getByRole('row', { name: /Rita Role/ });
    await row.getByRole('button', { name: /^Let go/ }).click();
    await page.getByRole('dialog').getByLabel('Why').fill('Never came');
    await page.getByRole('dialog').getByRole('button', { name: 'Let Rita Role go' }).click();
    await row.getByRole('button', { name: /^Erase/ }).waitFor();
    await readsWell(page, 'people-left');
    await row.getByRole('button', { name: /^Erase/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Erase Rita Role' });
    await dialog.waitFor();
    await readsWell(page, 'erase');
    await dialog.getByLabel('Why').fill('Asked for it');
    await dialog.getByLabel('Name of the person').fill('Rita');
    await dialog.getByRole('button', { name: 'Erase Rita Role' }).click();
    await dialog.getByText('Type Rita Role').waitFor();
    await dialog.getByLabel('Name of the person').fill('Rita Role');
    await dialog.getByRole('button', { name: 'Erase Rita Role' }).click();
    await row.waitFor({ state: 'detached' });
    await page.goto('/audit');
    await page
      .getByText(/erased a person/)
      .first()
      .waitFor();
    expect(await page.getByText('Rita Role').count()).toBe(0);
  });

  it('had nothing to complain about', () => {
    // Refusals that a person was meant to read.
    expect([...desk.complaints, ...carla.complaints].filter((text) => !/status of (400|403|401)/.test(text))).toEqual(
      [],
    );
  });

  async function dialogOf(page: Page, button: Locator, name: string): Promise<void> {
    await button.click();
    await page.getByRole('dialog').waitFor();
    await readsWell(page, name);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
});
