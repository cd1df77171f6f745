// docker-compose.yml as an operations team would run it. The release before, started with its own compose file, is signed in
// to and enrolled at through the TLS proxy, and upgraded in the middle of an action; then a gateway and an API crash in the
// middle of another, and nothing but the proxy is in reach.
import { X509Certificate, createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ListEntries } from '@muster/contracts/audit';
import { BlockAddress } from '@muster/contracts/bans';
import { GetOperation, ListOperations } from '@muster/contracts/operations';
import { signKeyset } from '@muster/control-plane/platform/keys/epochs';
import { readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { PREVIOUS_RELEASE } from '../../compatibility/previous-release.ts';
import { whyNoPrevious } from '../../compatibility/previous-source.ts';
import { enrol, type EnrolledServer } from '../../lab/enrol.ts';
import { bootServer } from '../../lab/machine.ts';
import { commandsOf } from '../../production/runbook.ts';
import { PRESENT, type Release } from '../../production/release.ts';
import { Stack } from '../../production/stack.ts';
import { ApiClient, type Account } from '../../support/api-client.ts';
import { CHROMIUM } from '../../support/parts.ts';
import { TEST_LAB } from '../../lab/lab.setup.ts';
import { visit } from '../support/browser.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';
import { setUpOwner } from '../support/person.ts';

const PORT = 7443;
/** What the processes behind the proxy listen on. */
const PORTS = [7410, 7412, 5432, 6379, 8443];
const DAY_MS = 86_400_000;
/** What lies in the installation's `keys` folder while the root key is away. */
const ONLINE_KEYS = ['gateway.key', 'keyset.json', 'ledger.key', 'release.key', 'root.pub', 'task.key'];
const KEYHOLDERS = ['api-1', 'api-2', 'worker', 'gateway-1', 'gateway-2', 'signer', 'sequencer', 'prober'];

describe('the compose file behind its proxy', () => {
  let up: LabUnderTest;
  let stack: Stack;
  let before: Release;
  let browser: Browser;
  let owner: Account;
  let api: ApiClient;
  let server: EnrolledServer;
  let certificate: string;
  let folder: string;
  const authorities = getCACertificates();

  beforeAll(async () => {
    const missing = await whyNoPrevious();
    if (missing !== null) throw new Error(missing);
    up = await labUnderTest();
    folder = await mkdtemp(join(tmpdir(), 'muster-upgrade-'));
    const address = new URL(up.lab.url).hostname;
    stack = new Stack({
      project: 'muster-compose-under-test',
      address,
      port: PORT,
      say: (sentence) => console.log(sentence),
    });
    await stack.down();
    await stack.build();
    before = await stack.buildPrevious(join(folder, 'release'));
    await stack.up(before);
    certificate = await stack.certificate();
    setDefaultCACertificates([...authorities, certificate]);
  }, 900_000);
  afterAll(async () => {
    setDefaultCACertificates(authorities);
    await browser?.close();
    await stack?.down();
    await rm(folder, { recursive: true, force: true });
  });

  it('lets the first owner in through a browser that trusts only the proxy’s certificate', async () => {
    const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
    const pin = createHash('sha256').update(key).digest('base64');
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', `--ignore-certificate-errors-spki-list=${pin}`],
    });
    const printed = await stack.exec('api-1', 'muster', 'owner-link');
    const link = /https:\/\/\S+/.exec(printed)?.[0];
    if (link === undefined) throw new Error(`No link was printed: ${printed}`);
    const visited = await visit(browser, stack.url);
    owner = await setUpOwner(visited.page, link);
    await visited.page
      .getByRole('heading', { name: /server/i })
      .first()
      .waitFor();
    expect(visited.complaints).toEqual([]);
    await visited.context.close();
    api = new ApiClient(stack.url, { checked: false });
    await api.signIn(owner);
  });

  it('enrols a server that knows the certificate', async () => {
    const machine = await bootServer(TEST_LAB, TEST_LAB, 'prague-web-01');
    await machine.untilBooted();
    await machine.sh('cat > /usr/local/share/ca-certificates/muster.crt', { input: certificate });
    await machine.sh('update-ca-certificates');
    server = await enrol(api, machine);
    expect(await machine.sh('muster-agent version')).toContain(PREVIOUS_RELEASE.version);
    // What enrolment itself asks of the server has ended before the actions below are counted.
    await eventually(
      'nothing is open',
      () => api.call(ListOperations, { state: 'open' }),
      ({ operations }) => operations.length === 0,
      60_000,
    );
  });

  it('goes back by itself when an upgrade fails in the middle, and on to the next release, without losing an action', async () => {
    await server.machine.sh('systemctl stop muster-agentd');
    const { operationId } = await block('198.51.100.73');
    const waits = async () => expect((await api.call(GetOperation, { operationId })).state).toBe('waiting');

    await stack.breakImage('muster:broken-under-test');
    await expect(stack.upgrade(join(folder, 'first'), 'muster:broken-under-test')).rejects.toThrow('nothing was lost');
    await stack.untilHealthy();
    expect(await stack.states()).not.toHaveProperty('prober');
    expect(await stack.images()).toEqual([await stack.imageId(before.image)]);
    await waits();

    const printed = await stack.upgrade(join(folder, 'second'));
    expect(printed).toContain('The ledger is intact.');
    const pending = [...printed.matchAll(/^Will apply (\w+)\.$/gm)].map(([, name]) => name);
    expect(pending).toContain('0120_posture_outside');
    await stack.untilHealthy();
    expect(await stack.states()).toMatchObject({ prober: 'healthy' });
    await waits();
    await server.machine.sh('systemctl start muster-agentd');
    expect(await enforced(operationId)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
    expect(await server.machine.sh('nft list table inet muster')).toContain('198.51.100.73');
    const { entries } = await api.call(ListEntries, { limit: 200 });
    const [upgrade, ...others] = entries.filter(({ type }) => type === 'audit.MusterUpgraded');
    expect(others).toEqual([]);
    const { from, to, migrations } = upgrade?.data as { from: string; to: string; migrations: string[] };
    expect([from, to]).toEqual([await stack.imageId(before.image), await stack.imageId(PRESENT.image)]);
    expect(from).not.toBe(to);
    expect(migrations).toEqual(pending);
    expect(await server.machine.sh('muster-agent version')).toContain(PREVIOUS_RELEASE.version);
  }, 600_000);

  it('shows nobody outside anything but the proxy', async () => {
    const services = await stack.addresses();
    expect(services.filter((one) => one.published.length > 0).map((one) => one.service)).toEqual(['proxy']);
    const inside = services.flatMap(({ addresses }) =>
      addresses.flatMap((address) => PORTS.map((port) => `${address}/${port}`)),
    );
    const outside = new URL(stack.url);
    expect(await reached([...inside, `${outside.hostname}/${outside.port}`])).toEqual([
      `${outside.hostname}/${outside.port}`,
    ]);
  });

  it('carries an action out although a gateway and an API crash in the middle of it', async () => {
    for (const [gateway, address] of [
      ['gateway-1', '198.51.100.71'],
      ['gateway-2', '198.51.100.72'],
    ] as const) {
      const { operationId } = await block(address);
      await Promise.all([stack.crash(gateway), stack.crash('api-1')]);
      const done = await enforced(operationId);
      expect(done, JSON.stringify(done)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
      expect(await server.machine.sh('nft list table inet muster')).toContain(address);
      await stack.untilHealthy();
    }
  });

  it('renews its online keys with the root key given back, as the runbook says, and has it taken away again', async () => {
    const offline = join(folder, 'offline');
    await mkdir(offline, { mode: 0o700 });
    const asWritten = (page: string, words: string) =>
      stack.asWritten(commandsOf(page, words).replaceAll('/media/offline', offline));
    const keys = join(await stack.volume('installation'), 'keys');
    await asWritten('guides/production', 'shred');
    expect((await readdir(keys)).sort()).toEqual(ONLINE_KEYS);
    expect((await readdir(offline)).sort()).toEqual(['root-words.txt', 'root.key']);

    // Keys as they are when 80 of their 90 days are over; no process is told of them.
    const root = readKey(offline, 'root');
    const before = readTrust(keys).keyset;
    const soon = new Date(Date.now() + 10 * DAY_MS).toISOString();
    const ending = before.keys.map((key) => ({ ...key, notAfter: soon }));
    const aged = signKeyset({ ...before, serial: before.serial + 1, keys: ending }, root);
    await writeFile(join(keys, 'keyset.json'), JSON.stringify(aged));

    const printed = await asWritten('runbooks/certificate-expired', 'root.key');
    expect(printed).toContain('The keyset was renewed.');
    expect(printed).toContain('lies root.key, which no process works with');
    expect((await readdir(keys)).sort()).toEqual(ONLINE_KEYS);
    expect((await readdir(offline)).sort()).toEqual(['root-words.txt', 'root.key']);
    const { signed, keyset, rootKey } = readTrust(keys);
    expect([keyset.serial, rootKey]).toEqual([before.serial + 2, root.publicKey]);
    expect(keyset.keys.map(({ id }) => id)).toEqual(before.keys.map(({ id }) => id));
    for (const { notAfter } of keyset.keys) expect(Date.parse(notAfter)).toBeGreaterThan(Date.now() + 89 * DAY_MS);

    // The other runbook hands out without it.
    const again = await asWritten('runbooks/key-stolen', 'setup');
    expect(again).toContain('Every process has its own address and keys.');
    expect(again).not.toMatch(/renewed|root\.key/);
    expect(readTrust(keys).signed).toEqual(signed);
    await stack.untilHealthy();
    expect(await stack.singleRuns()).toEqual([]);
    for (const service of KEYHOLDERS) {
      expect(await stack.exec(service, 'ls', '/run/muster')).not.toMatch(/root\.key|root-words/);
      expect(JSON.parse(await stack.exec(service, 'cat', '/run/muster/keyset.json'))).toEqual(signed);
    }
    const held = async (): Promise<unknown[]> => {
      const said = await server.machine.sh('cat /var/lib/muster-agent/keyset.json /var/lib/muster-privd/keyset.json');
      return [...said.matchAll(/"body":\s*"([^"]+)"/g)].map(([, body]) => body);
    };
    const { body } = signed;
    await eventually(
      'the server holds the keyset',
      held,
      ([agent, helper]) => agent === body && helper === body,
      90_000,
    );
    const { operationId } = await block('198.51.100.76');
    expect(await enforced(operationId)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
  }, 400_000);

  it('shows another certificate once the proxy has read it again, as the runbook says, and keeps who is connected', async () => {
    const { hostname } = new URL(stack.url);
    await stack.exec(
      ...['proxy', 'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-days', '90', '-subj', `/CN=${hostname}`, '-addext', `subjectAltName=IP:${hostname}`],
      ...['-keyout', '/var/lib/muster-proxy/privkey.pem', '-out', '/var/lib/muster-proxy/fullchain.pem'],
    );
    const next = new X509Certificate(await stack.certificate()).fingerprint256;
    expect(await shown()).toBe(new X509Certificate(certificate).fingerprint256);
    await stack.asWritten(commandsOf('runbooks/certificate-expired', 'reload'));
    await eventually('it is shown', shown, (fingerprint) => fingerprint === next, 10_000);
    setDefaultCACertificates([...authorities, await stack.certificate()]);
    const { operationId } = await block('198.51.100.75');
    expect(await enforced(operationId)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
  });

  it('has its servers back once they trust the proxy’s next certificate, as the runbook says', async () => {
    await stack.asWritten(commandsOf('runbooks/certificate-expired', 'proxy rm'));
    await stack.untilHealthy();
    const renewed = await stack.certificate();
    expect(new X509Certificate(renewed).fingerprint256).not.toBe(new X509Certificate(certificate).fingerprint256);
    setDefaultCACertificates([...authorities, renewed]);
    const { machine } = server;
    await eventually(
      'the server says why it stays away',
      () => machine.sh('journalctl -u muster-agentd --since -2min --no-pager'),
      (journal) => /certificate/i.test(journal),
      60_000,
    );
    await machine.sh('cat > /usr/local/share/ca-certificates/muster.crt', { input: renewed });
    await machine.sh('update-ca-certificates && systemctl restart muster-agentd');
    const { operationId } = await block('198.51.100.74');
    expect(await enforced(operationId)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
  }, 200_000);

  it('says what grew, and has a ledger that verifies with the auditor’s rights, as the runbook asks', async () => {
    const grew = await stack.asWritten(commandsOf('runbooks/disk-full', 'docker system df'));
    expect(grew).toMatch(/es\s*\|\s*events/);
    // A copy that an upgrade kept would stand beside it.
    expect(grew).toMatch(/muster\s*\|[\s\S]*template1/);
    expect(await stack.asWritten(commandsOf('runbooks/disk-full', 'auditor'))).toContain('The ledger is intact.');
  });

  /** The fingerprint of what a stranger is shown at the door. */
  async function shown(): Promise<string> {
    const { hostname, port } = new URL(stack.url);
    return await new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
        socket.end();
      }).once('error', reject);
    });
  }

  /** Which of these a stranger on the servers' network can connect to; all are tried at once. */
  async function reached(targets: readonly string[]): Promise<string[]> {
    const tries = targets.map((target) => `(timeout 2 bash -c '</dev/tcp/${target}' 2>/dev/null && echo ${target}) &`);
    return (await up.lab.attacker.sh(`${tries.join('\n')}\nwait`)).split('\n').filter((line) => line !== '');
  }

  async function block(address: string) {
    return await api.call(BlockAddress, {
      range: address,
      reason: 'A test of the production stack',
      seconds: null,
      target: { kind: 'fleet' },
    });
  }

  async function enforced(operationId: string) {
    return await eventually(
      `operation ${operationId}`,
      async () => {
        try {
          return await api.call(GetOperation, { operationId });
        } catch (error) {
          // The request was under way to the process that died.
          return { state: String(error) };
        }
      },
      (operation) => operation.state === 'done' || operation.state === 'failed',
      90_000,
    );
  }
});
