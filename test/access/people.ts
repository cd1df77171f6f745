// People of a running installation, each in a browser of their own: the first owner, and whoever has a link.
import { generateSync } from 'otplib';
import { Browser } from '../../services/control-plane/src/main/testing/api-under-test.ts';
import type { Installation } from '../recovery/installation.ts';

export const PASSWORD = 'nine quiet harbour lamps';

export interface Insider {
  readonly browser: Browser;
  readonly personId: string;
  readonly totpSecret: string;
  readonly recoveryCodes: readonly string[];
}

export async function firstOwner(muster: Installation, name: string, email: string): Promise<Insider> {
  const browser = new Browser(muster.port, '198.51.100.7');
  const link = await muster.ownerLink();
  const body = { link, name, email, timeZone: 'Europe/Berlin', password: PASSWORD };
  const begun = await browser.post('/api/setup/begin', body);
  const totpSecret = String(begun.body['totpSecret']);
  const code = generateSync({ secret: totpSecret });
  const done = await browser.post('/api/setup/complete', { link, setupId: begun.body['setupId'], code });
  return insider(browser, totpSecret, done);
}

/** `link`: as it was handed over. */
export async function enter(muster: Installation, link: string, address: string): Promise<Insider> {
  const browser = new Browser(muster.port, address);
  const secret = new URL(link).hash.slice(1);
  const begun = await browser.post(
    '/api/entry/begin',
    { link: secret, password: PASSWORD, timeZone: 'UTC' },
    { 'user-agent': 'Spec' },
  );
  const { entryId, totpSecret } = begun.body['enrolment'] as { entryId: string; totpSecret: string };
  const code = generateSync({ secret: totpSecret });
  return insider(browser, totpSecret, await browser.post('/api/entry/complete', { factor: 'totp', entryId, code }));
}

function insider(browser: Browser, totpSecret: string, { status, body }: { status: number; body: object }): Insider {
  const { me, recoveryCodes } = body as { me?: { personId: string }; recoveryCodes?: string[] };
  if (!me) throw new Error(`nobody got in: ${status} ${JSON.stringify(body)}`);
  return { browser, personId: me.personId, totpSecret, recoveryCodes: recoveryCodes ?? [] };
}
