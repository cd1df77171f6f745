// People of an installation under test: invited by the owner's page, come in by their link, granted what a spec needs.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { codeNow } from '../../support/second-factor.ts';

export async function invite(page: Page, name: string, email: string): Promise<string> {
  const answer = await post(page, '/api/people', { name, email });
  return String(answer['link']);
}

export async function accept(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Your second factor' }).waitFor();
  const secret = (await page.locator('code[data-secret]').innerText()).replaceAll(/\s/g, '');
  await page.getByLabel('Six-digit code').fill(await codeNow(secret));
  await page.getByRole('button', { name: 'Check the code' }).click();
  await page.getByLabel(/I kept them/).check();
  await page.getByRole('button', { name: 'Go to the fleet' }).click();
  await page.waitForURL((url) => url.pathname !== '/enter');
}

export async function grant(
  page: Page,
  holderId: string,
  role: string,
  scope: object,
  forMs: number | null,
): Promise<void> {
  const until = forMs === null ? null : new Date(Date.now() + forMs).toISOString();
  await post(page, '/api/access/grants', { holderId, role, scope, until, reason: 'For the spec' });
}

/** As the page itself would: with its session and its token against foreign pages. */
export async function post(page: Page, path: string, data: object): Promise<Record<string, unknown>> {
  const { me } = (await (await page.request.get('/api/session')).json()) as { me: { csrf: string } };
  const origin = new URL(page.url()).origin;
  const answer = await page.request.post(path, { data, headers: { 'x-muster-csrf': me.csrf, origin } });
  expect(answer.status(), await answer.text()).toBe(202);
  return (await answer.json()) as Record<string, unknown>;
}
