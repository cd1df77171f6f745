// What a person does in the browser: sets up the owner, signs in. By roles and labels only, as an assistive reader would.
import type { Page } from 'playwright-core';
import type { Account } from '../../support/api-client.ts';
import { codeNow, nextCode } from '../../support/second-factor.ts';

/** Opens the one-time link, and ends on the fleet as the signed-in owner. */
export async function setUpOwner(page: Page, link: string): Promise<Account> {
  const email = 'ada@hosting.example';
  const password = 'a longer sentence nobody guesses';
  await page.goto(link);
  await page.getByLabel('Your name').fill('Ada Owner');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Your second factor' }).waitFor();
  const shown = await page.locator('code[data-secret]').innerText();
  const totpSecret = shown.replaceAll(/\s/g, '');
  await page.getByLabel('Six-digit code').fill(await codeNow(totpSecret));
  await page.getByRole('button', { name: 'Check the code' }).click();
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
  await page.getByLabel(/I kept them/).check();
  await page.getByRole('button', { name: 'Go to the fleet' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  return { email, password, totpSecret };
}

export async function signIn(page: Page, account: Account): Promise<void> {
  await page.goto('/signin');
  await page.getByLabel('E-mail').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Six-digit code').fill(await codeNow(account.totpSecret));
  await page.getByRole('button', { name: 'Sign in' }).click();
  const inside = page.getByRole('navigation', { name: 'Main' });
  const used = page.getByText('Wait for the next one');
  await inside.or(used).first().waitFor();
  if (await used.isVisible()) {
    await page.getByLabel('Six-digit code').fill(await nextCode(account.totpSecret));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await inside.waitFor();
  }
}
