// Signing in with both factors, in the real pages: passkeys by Chromium's own virtual authenticator, the account, people
// and their links, and the question who it is before a dangerous action.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../support/api-client.ts';
import { launchChromium, visit, type Visit } from '../support/browser.ts';
import { ownerLink, startInProcess, type InProcess } from '../support/in-process.ts';
import { setUpOwner } from '../support/person.ts';
import { serious } from '../support/readable.ts';

describe('signing in', () => {
  let started: InProcess;
  let browser: Browser;
  let desk: Visit;
  let owner: Account;

  beforeAll(async () => {
    browser = await launchChromium();
    started = await startInProcess();
    desk = await visit(browser, started.url);
    await withAuthenticator(desk.page);
    owner = await setUpOwner(desk.page, await ownerLink(started));
  });
  afterAll(async () => {
    await browser?.close();
    await started?.muster.stop();
  });

  it('adds a passkey to the account', async () => {
    const { page } = desk;
    await page.goto('/account');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
    await dialog.getByLabel('What you call it').fill('Blue key');
    expect(await serious(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the passkey' }).click();
    await page.getByRole('rowheader', { name: 'Blue key' }).waitFor();
  });

  it('opens the account with the passkey alone', async () => {
    const { page } = desk;
    await page.goto('/signout');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('takes the passkey as the second step after the password', async () => {
    const { page } = desk;
    await page.goto('/signout');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Use the passkey' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('asks who it is before a dangerous action, and does it then', async () => {
    const { page } = desk;
    await page.goto('/people');
    // As if that had been a while ago.
    await started.muster.superuser.query(
      `update muster.access_sessions set factor_at = factor_at - interval '1 day' where ended_at is null`,
    );
    await page.getByRole('button', { name: 'Invite a person' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite a person' });
    await dialog.getByLabel('Name').fill('Mara Okafor');
    await dialog.getByLabel('E-mail').fill('mara@hosting.example');
    await dialog.getByRole('button', { name: 'Invite Mara Okafor' }).click();
    const proof = page.getByRole('dialog', { name: 'Prove that it is you' });
    await proof.waitFor();
    expect(await serious(page)).toEqual([]);
    await proof.getByRole('button', { name: 'Use a passkey' }).click();
    await dialog.getByText('Hand this to').waitFor();
    const link = (await dialog.locator('code[data-secret]').innerText()).trim();
    await dialog.getByRole('button', { name: 'I have the link' }).click();
    await page.getByRole('rowheader', { name: /Mara Okafor/ }).waitFor();
    await accept(link);
    // The page hears of it by itself.
    await page
      .getByRole('row', { name: /Mara Okafor/ })
      .getByText('1 passkey')
      .waitFor();
  });

  /** The invited person at a device of her own. */
  async function accept(link: string): Promise<void> {
    const mara = await visit(browser, started.url);
    await withAuthenticator(mara.page);
    await mara.page.goto(link);
    await mara.page.getByRole('heading', { name: 'Welcome, Mara Okafor' }).waitFor();
    expect(await serious(mara.page)).toEqual([]);
    await mara.page.getByRole('button', { name: 'Make one' }).click();
    await mara.page.getByRole('button', { name: 'Continue' }).click();
    await mara.page.getByRole('heading', { name: 'Your second factor' }).waitFor();
    expect(await serious(mara.page)).toEqual([]);
    await mara.page.getByRole('button', { name: 'Make a passkey' }).click();
    await mara.page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    expect(mara.complaints).toEqual([]);
    await mara.context.close();
  }

  it('takes nothing from a passkey that answered at another origin', async () => {
    const { page } = desk;
    const begun = (await (await page.request.post('/api/session/passkey', { data: {} })).json()) as {
      challengeId: string;
      passkey: { challenge: string };
    };
    // A page of somebody else's, on the same host and another port: the browser lets it ask, Muster does not take it.
    const foreign = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<h1>Copy</h1>'));
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const { port } = foreign.address() as AddressInfo;
    await page.goto(`http://localhost:${port}/`);
    const response = await page.evaluate(assertionFor, begun.passkey.challenge);
    foreign.close();
    const answer = await page.request.post(`${started.url}/api/session/factor`, {
      data: { factor: 'passkey', challengeId: begun.challengeId, response },
    });
    expect([answer.status(), ((await answer.json()) as { code: string }).code]).toEqual([401, 'passkey']);
  });

  it('says where passkeys work, at an address where they do not', async () => {
    const elsewhere = await visit(browser, started.url.replace('localhost', '127.0.0.1'));
    await withAuthenticator(elsewhere.page);
    await elsewhere.page.goto('/signin');
    await elsewhere.page.getByRole('button', { name: 'Use a passkey' }).click();
    await elsewhere.page.getByText('Passkeys work only at the address that Muster was set up for').waitFor();
    await elsewhere.context.close();
  });

  it('had nothing to complain about', () => {
    // A refusal that a test asked for is an error of the network to the browser's console.
    expect(desk.complaints.filter((complaint) => !/403|401/.test(complaint))).toEqual([]);
  });
});

/** A device with a finger that is always there. */
async function withAuthenticator(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Runs in the page: what a copied sign-in page would ask of the browser, in the form that the API takes. */
async function assertionFor(challenge: string) {
  const bytes = Uint8Array.from(atob(challenge.replaceAll('-', '+').replaceAll('_', '/')), (sign) =>
    sign.charCodeAt(0),
  );
  const text = (buffer: ArrayBuffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  const made = await navigator.credentials.get({
    publicKey: { challenge: bytes, rpId: 'localhost', userVerification: 'required' },
  });
  if (!(made instanceof PublicKeyCredential) || !(made.response instanceof AuthenticatorAssertionResponse)) {
    throw new TypeError('the browser gave no assertion');
  }
  const { clientDataJSON, authenticatorData, signature } = made.response;
  return {
    id: made.id,
    rawId: made.id,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
    },
  };
}
