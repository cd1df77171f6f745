// A whole control plane in the spec's own process, and the pages that it serves. Up in a few seconds, with a database that can
// be asked and people who are signed in already: how a start goes, and how one signs in, have specs of their own.
import { join } from 'node:path';
import { OwnerSetup } from '@muster/control-plane/domains/access/index';
import { RunningMuster, type SignedIn } from '@muster/control-plane/main/testing/running-muster';
import { freePort } from '@muster/deploy/local/processes/free-port';
import type { Browser } from 'playwright-core';
import { cookiesFor, visit, type Visit } from './browser.ts';

const WEB = join(import.meta.dirname, '../../../web/build');

export interface InProcess {
  readonly muster: RunningMuster;
  readonly url: string;
}

export async function startInProcess(): Promise<InProcess> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const muster = await RunningMuster.start({ MUSTER_WEB: WEB, MUSTER_PORT: String(port), MUSTER_PUBLIC_URL: url });
  return { muster, url };
}

/** Where the first owner sets up an account, once. */
export async function ownerLink({ muster }: InProcess): Promise<string> {
  const link = await muster.running.app.get(OwnerSetup).issueLink();
  if (link === null) throw new Error('There is an owner already.');
  return link;
}

/** Somebody at a desk who signed in earlier. */
export async function visitAs(
  browser: Browser,
  { url }: InProcess,
  { cookie }: Pick<SignedIn, 'cookie'>,
): Promise<Visit> {
  const visited = await visit(browser, url);
  await visited.context.addCookies(cookiesFor(url, cookie));
  return visited;
}
