// The first minute with Muster: one command, one link, a second factor, and this machine stands there with its real facts.
import { hostname, release } from 'node:os';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../support/api-client.ts';
import { stopMuster } from '../../support/local-start.ts';
import { launchChromium, visit, type Visit } from '../support/browser.ts';
import { firstStart, type FirstStart } from '../support/first-start.ts';
import { setUpOwner, signIn } from '../support/person.ts';

describe('the first start', () => {
  let muster: FirstStart;
  let browser: Browser;
  let visited: Visit;
  let owner: Account;

  beforeAll(async () => {
    browser = await launchChromium();
    muster = await firstStart();
    visited = await visit(browser, muster.url);
  });
  afterAll(async () => {
    await browser?.close();
    await muster?.remove();
  });

  it('says where it is ready and gives the owner a link that works once', async () => {
    expect(muster.url).toBe(`http://localhost:${muster.port}`);
    expect(muster.ownerLink).toBeDefined();
    owner = await setUpOwner(visited.page, muster.ownerLink ?? '');
    const stranger = await visit(browser, muster.url);
    await stranger.page.goto(muster.ownerLink ?? '');
    await stranger.page.getByRole('heading', { name: 'This link does not open anything' }).waitFor();
    await stranger.context.close();
  });

  it('lists this machine with its real facts', async () => {
    const { page } = visited;
    await page.goto('/');
    const name = hostname().toLowerCase();
    await page
      .getByRole('link', { name: new RegExp(name) })
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByText(release()).first().waitFor();
  });

  it('had nothing to complain about', () => {
    expect(visited.complaints).toEqual([]);
  });

  it('starts again on the same data, with its owner, and asks nobody to set up', async () => {
    await stopMuster(muster.pid);
    const again = await muster.startAgain();
    expect(again.ownerLink).toBeUndefined();
    const second = await visit(browser, again.url);
    await signIn(second.page, owner);
    await second.context.close();
  });
});
