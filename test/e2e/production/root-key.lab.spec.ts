// The root key was stolen: docker-compose.yml’s installation is given up and another one begun in its place, as the runbook says,
// and a real server is enrolled again under the new root key.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Browser } from 'playwright-core';
import { ListServers } from '@muster/contracts/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, type EnrolledServer } from '../../lab/enrol.ts';
import { TEST_LAB } from '../../lab/lab.setup.ts';
import { bootServer, type Machine } from '../../lab/machine.ts';
import { commandsOf } from '../../production/runbook.ts';
import { Stack } from '../../production/stack.ts';
import { ApiClient, type Account } from '../../support/api-client.ts';
import { visit } from '../support/browser.ts';
import { labUnderTest } from '../support/lab-under-test.ts';
import { setUpOwner } from '../support/person.ts';
import { banTable, block, browserTrusting, enforced } from './steps.ts';

const RUNBOOK = 'runbooks/key-stolen';

describe('an installation whose root key was stolen', () => {
  let stack: Stack;
  let folder: string;
  let machine: Machine;
  let browser: Browser | undefined;
  let api: ApiClient;
  let server: EnrolledServer;
  let stolen: string;
  const authorities = getCACertificates();
  const asWritten = (words: string) => stack.asWritten(commandsOf(RUNBOOK, words).replaceAll('$PWD', folder));
  const rootKey = async (): Promise<string> =>
    readFile(join(await stack.volume('installation'), 'keys/root.pub'), 'utf8');

  /** Its first owner, by the link, in a browser that trusts its proxy's certificate alone; so does the server from now on. */
  async function enter(ownerLink: () => Promise<string>): Promise<void> {
    const certificate = await stack.certificate();
    setDefaultCACertificates([...authorities, certificate]);
    await browser?.close();
    browser = await browserTrusting(certificate);
    const owner = await firstOwner(browser, ownerLink);
    api = new ApiClient(stack.url);
    await api.signIn(owner);
    await machine.sh('cat > /usr/local/share/ca-certificates/muster.crt', { input: certificate });
    await machine.sh('update-ca-certificates --fresh');
  }

  /** A stack that has just become healthy did not show the form once: then with another link, as a person would, and said. */
  async function firstOwner(visitor: Browser, ownerLink: () => Promise<string>): Promise<Account> {
    for (let tries = 1; ; tries += 1) {
      const printed = await ownerLink();
      const link = /https:\/\/\S+/.exec(printed)?.[0] ?? printed;
      const { page, context } = await visit(visitor, stack.url);
      try {
        return await setUpOwner(page, link);
      } catch (error) {
        console.log(`The owner's link, try ${tries}: the page says ${await page.locator('body').innerText()}`);
        if (tries === 3) throw error;
      } finally {
        await context.close();
      }
    }
  }

  beforeAll(async () => {
    const { lab } = await labUnderTest();
    folder = await mkdtemp(join(tmpdir(), 'muster-root-key-'));
    const address = new URL(lab.url).hostname;
    const say = (sentence: string): void => console.log(sentence);
    stack = new Stack({ project: 'muster-compose-under-test', address, port: 7443, say });
    await stack.down();
    await stack.build();
    await stack.up();
    machine = await bootServer(TEST_LAB, TEST_LAB, 'lisbon-web-01');
    await machine.untilBooted();
    await enter(() => stack.exec('api-1', 'muster', 'owner-link'));
    server = await enrol(api, machine);
    const { operationId } = await block(api, '198.51.100.90');
    expect(await enforced(api, operationId)).toMatchObject({ counts: { succeeded: 1 } });
    stolen = await rootKey();
  }, 900_000);
  afterAll(async () => {
    setDefaultCACertificates(authorities);
    await browser?.close();
    await stack?.down();
    await rm(folder, { recursive: true, force: true });
  });

  it('lets its servers go: nothing of the agent, nor of what it blocked, is left on them', async () => {
    expect(await machine.sh(commandsOf(RUNBOOK, 'muster-agent uninstall'))).toContain(
      'The control plane has the signed report.',
    );
    expect(await machine.sh('nft list tables; ls /opt')).not.toContain('muster');
  });

  it('is kept as its ledger alone, and begun anew with another root key', async () => {
    await asWritten('down --volumes');
    await stack.untilHealthy();
    const exported = await readFile(join(folder, 'ledger-of-the-stolen-root-key.ndjson'), 'utf8');
    expect(exported.split('\n').length).toBeGreaterThan(20);
    expect(await rootKey()).not.toBe(stolen);
    await enter(() => asWritten('owner-link'));
    expect(await api.call(ListServers, {})).toMatchObject({ servers: [] });
  }, 400_000);

  it('has its server back under the new root key, which does what it is asked', async () => {
    const again = await enrol(api, machine);
    expect(again.serverId).not.toBe(server.serverId);
    const { operationId } = await block(api, '198.51.100.91');
    expect(await enforced(api, operationId)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
    const table = await banTable(again);
    expect([table.includes('198.51.100.91'), table.includes('198.51.100.90')]).toEqual([true, false]);
    const pinned = await machine.sh('cat /var/lib/muster-privd/*.json');
    expect([pinned.includes((await rootKey()).trim()), pinned.includes(stolen.trim())]).toEqual([true, false]);
  });
});
