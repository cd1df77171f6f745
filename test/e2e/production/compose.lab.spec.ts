// docker-compose.yml as an operations team would run it. The release before, started with its own compose file, is signed in
// to and enrolled at through the TLS proxy, and upgraded in the middle of an action; then a gateway and an API crash in the
// middle of another, and nothing but the proxy is in reach.
import { X509Certificate } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ListEntries } from '@muster/contracts/audit';
import { GetOperation, ListOperations } from '@muster/contracts/operations';
import { signKeyset } from '@muster/control-plane/platform/keys/epochs';
import { readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { PREVIOUS_RELEASE } from '../../compatibility/previous-release.ts';
import { whyNoPrevious } from '../../compatibility/previous-source.ts';
import { enrol, type EnrolledServer } from '../../lab/enrol.ts';
import { bootServer } from '../../lab/machine.ts';
import { confinementOf, firstProcess, internalNetworks, networksInGuide } from '../../production/confinement.ts';
import { commandsOf } from '../../production/runbook.ts';
import { PRESENT, type Release } from '../../production/release.ts';
import { Stack } from '../../production/stack.ts';
import { ApiClient, type Account } from '../../support/api-client.ts';
import { TEST_LAB } from '../../lab/lab.setup.ts';
import { visit } from '../support/browser.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';
import { setUpOwner, signIn } from '../support/person.ts';
import { banTable, block, browserTrusting, enforced, fingerprintAt, keysetsOn, reachedFrom } from './steps.ts';

const PROJECT = 'muster-compose-under-test';
const PORT = 7443;
/** What the processes behind the proxy listen on. */
const PORTS = [7410, 7412, 5432, 6379, 8443];
/** Everything else is 7410, the image's own. */
const USERS: Record<string, string> = { postgres: 'postgres', redis: 'redis', proxy: '7411:7411' };
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
  /** Where the root key is while nobody needs it, and where backups are. */
  let offline: string;
  let backups: string;
  const authorities = getCACertificates();
  /** A page's commands, with folders of ours in place of those that it names. */
  const asWritten = (page: string, words: string, change = (commands: string) => commands) =>
    stack.asWritten(
      change(commandsOf(page, words))
        .replaceAll('/media/offline', offline)
        .replaceAll('/srv/backups', backups)
        .replaceAll('$PWD', folder),
    );

  beforeAll(async () => {
    const missing = await whyNoPrevious();
    if (missing !== null) throw new Error(missing);
    up = await labUnderTest();
    folder = await mkdtemp(join(tmpdir(), 'muster-upgrade-'));
    offline = join(folder, 'offline');
    backups = join(folder, 'backups');
    const address = new URL(up.lab.url).hostname;
    stack = new Stack({
      project: PROJECT,
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
    browser = await browserTrusting(certificate);
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
    // The release before sends blocks while a server is being taken on, which its agent refuses (ADR 41): what is blocked is
    // sent once more as a whole, and then the two agree.
    await enforced(api, (await block(api, '198.51.100.70')).operationId);
    await eventually(
      'the first block is in force',
      () => banTable(server),
      (table) => table.includes('198.51.100.70'),
      90_000,
    );
    await eventually(
      'nothing is open',
      () => api.call(ListOperations, { state: 'open' }),
      ({ operations }) => operations.length === 0,
      60_000,
    );
  });

  it('goes back by itself when an upgrade fails in the middle, and on to the next release, without losing an action', async () => {
    await server.machine.sh('systemctl stop muster-agentd');
    const { operationId } = await block(api, '198.51.100.73');
    const waits = async () => expect((await api.call(GetOperation, { operationId })).state).toBe('waiting');

    await stack.breakImage('muster:broken-under-test');
    const first = await stack.upgrade(join(folder, 'first'), 'muster:broken-under-test').catch(String);
    expect(first).toContain('the release from before runs again; nothing was lost');
    const failed = /muster_failed_\d+/.exec(first)?.[0] ?? first;
    await stack.untilHealthy();
    expect(await stack.states()).not.toHaveProperty('prober');
    expect(await stack.images()).toEqual([await stack.imageId(before.image)]);
    await waits();
    await asWritten('runbooks/upgrade-failed', 'dropdb', (commands) => commands.replace(/muster_failed_\d+/, failed));

    // Killed in the middle: back by hand.
    await stack.upgradeKilledAt(/verify the whole ledger/, join(folder, 'second'));
    expect(await stack.singleRuns()).toEqual([]);
    const listed = await asWritten('runbooks/upgrade-failed', 'psql');
    const kept = /^muster_before_upgrade_\d+/m.exec(listed)?.[0] ?? listed;
    expect(listed).not.toContain(failed);
    await asWritten('runbooks/upgrade-failed', 'upgrade back', (commands) =>
      commands.replace(/muster_before_upgrade_\d+/, kept),
    );
    await asWritten('runbooks/upgrade-failed', 'MUSTER_IMAGE=muster:before-upgrade docker');
    await stack.untilHealthy();
    expect(await stack.images()).toEqual([await stack.imageId(before.image)]);
    await waits();

    const printed = await stack.upgrade(join(folder, 'third'));
    expect(printed).toContain('The ledger is intact.');
    const pending = [...printed.matchAll(/^Will apply (\w+)\.$/gm)].map(([, name]) => name);
    expect(pending).toContain('0120_posture_outside');
    await stack.untilHealthy();
    expect(await stack.states()).toMatchObject({ prober: 'healthy' });
    await waits();
    await server.machine.sh('systemctl start muster-agentd');
    const done = await enforced(api, operationId);
    expect(done, JSON.stringify(done)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
    expect(await banTable(server)).toContain('198.51.100.73');
    const { entries } = await api.call(ListEntries, { limit: 200 });
    const [from, to] = [await stack.imageId(before.image), await stack.imageId(PRESENT.image)];
    expect(from).not.toBe(to);
    const upgrades = entries.filter(({ type }) => type === 'audit.MusterUpgraded');
    expect(upgrades.map(({ data }) => data)).toEqual([{ from, to, migrations: pending }]);
    expect(await server.machine.sh('muster-agent version')).toContain(PREVIOUS_RELEASE.version);
    api = new ApiClient(stack.url);
    await api.signIn(owner);
  }, 600_000);

  it('gives each container the networks that the guide says, and no right that it could misuse', async () => {
    const states = Object.entries(await stack.states());
    const networks: Record<string, readonly string[]> = {};
    for (const [service, state] of states) {
      const container = await stack.container(service);
      const { user, mounts, ...confined } = await confinementOf(container, PROJECT);
      networks[service] = confined.networks;
      expect({ service, ...confined }).toEqual({
        ...{ service, networks: confined.networks, readOnly: true, privileged: false, dropped: ['ALL'], added: [] },
        options: ['no-new-privileges:true'],
      });
      expect([service, user]).toEqual([service, USERS[service] ?? '7410:7410']);
      expect([service, mounts.includes('installation')]).toEqual([service, service === 'setup']);
      expect(mounts.filter((mount) => mount.startsWith('/'))).toEqual([]);
      if (state === 'ended') continue;
      const { uid, ...process } = await firstProcess(container);
      expect({ service, ...process }).toEqual({ service, capabilities: 0n, noNew: true });
      expect(uid).toBeGreaterThan(0);
    }
    expect(networks).toEqual(networksInGuide());
    const leading = ['outgoing', 'outside', 'probing'];
    const all = new Set(Object.values(networks).flat());
    expect(await internalNetworks(PROJECT)).toEqual([...all].filter((name) => !leading.includes(name)).toSorted());
  });

  it('shows nobody outside anything but the proxy', async () => {
    const services = await stack.addresses();
    expect(services.filter((one) => one.published.length > 0).map((one) => one.service)).toEqual(['proxy']);
    const inside = services.flatMap(({ addresses }) =>
      addresses.flatMap((address) => PORTS.map((port) => `${address}/${port}`)),
    );
    const outside = new URL(stack.url);
    expect(await reachedFrom(up.lab.attacker, [...inside, `${outside.hostname}/${outside.port}`])).toEqual([
      `${outside.hostname}/${outside.port}`,
    ]);
  });

  it('carries an action out although a gateway and an API crash in the middle of it', async () => {
    for (const [gateway, address] of [
      ['gateway-1', '198.51.100.71'],
      ['gateway-2', '198.51.100.72'],
    ] as const) {
      const { operationId } = await block(api, address);
      await Promise.all([stack.crash(gateway), stack.crash('api-1')]);
      const done = await enforced(api, operationId);
      expect(done, JSON.stringify(done)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
      expect(await banTable(server)).toContain(address);
      await stack.untilHealthy();
    }
  });

  it('renews its online keys with the root key given back, as the runbook says, and has it taken away again', async () => {
    await mkdir(offline, { mode: 0o700 });
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
    const { keyset, rootKey } = readTrust(keys);
    expect([keyset.serial, rootKey]).toEqual([before.serial + 2, root.publicKey]);
    expect(keyset.keys.map(({ id }) => id)).toEqual(before.keys.map(({ id }) => id));
    for (const { notAfter } of keyset.keys) expect(Date.parse(notAfter)).toBeGreaterThan(Date.now() + 89 * DAY_MS);

    // The other runbook ends a stolen key, and hands out without the root key.
    const listed = await asWritten('runbooks/key-stolen', 'keys list');
    const stolen = /^task +(\S+)/m.exec(listed)?.[1] ?? listed;
    const revoked = await asWritten('runbooks/key-stolen', 'keys revoke', (commands) =>
      commands.replace(' ID ', ` ${stolen} `),
    );
    expect(revoked).toContain(`The task key ${stolen} is revoked`);
    expect((await readdir(keys)).sort()).toEqual(ONLINE_KEYS);
    const { signed, keyset: next } = readTrust(keys);
    expect(next.revoked).toEqual([stolen]);
    expect(next.keys.filter(({ use }) => use === 'task').map(({ id }) => id)).not.toContain(stolen);
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
    const { body } = signed;
    await eventually(
      'the server holds the keyset',
      () => keysetsOn(server),
      ([agent, helper]) => agent === body && helper === body,
      90_000,
    );
    const { operationId } = await block(api, '198.51.100.76');
    expect(await enforced(api, operationId)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
  }, 400_000);

  it('lets the owner in through a browser again, with the password and the second factor from before the upgrade', async () => {
    const { page, context, complaints } = await visit(browser, stack.url);
    await signIn(page, owner);
    await page
      .getByRole('heading', { name: /server/i })
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('shows another certificate once the proxy has read it again, as the runbook says, and keeps who is connected', async () => {
    const { hostname } = new URL(stack.url);
    await stack.exec(
      ...['proxy', 'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-days', '90', '-subj', `/CN=${hostname}`, '-addext', `subjectAltName=IP:${hostname}`],
      ...['-keyout', '/var/lib/muster-proxy/privkey.pem', '-out', '/var/lib/muster-proxy/fullchain.pem'],
    );
    const next = new X509Certificate(await stack.certificate()).fingerprint256;
    expect(await fingerprintAt(stack.url)).toBe(new X509Certificate(certificate).fingerprint256);
    await asWritten('runbooks/certificate-expired', 'reload');
    await eventually(
      'it is shown',
      () => fingerprintAt(stack.url),
      (fingerprint) => fingerprint === next,
      10_000,
    );
    setDefaultCACertificates([...authorities, await stack.certificate()]);
    const { operationId } = await block(api, '198.51.100.75');
    expect(await enforced(api, operationId)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
  });

  it('has its servers back once they trust the proxy’s next certificate, as the runbook says', async () => {
    await asWritten('runbooks/certificate-expired', 'proxy rm');
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
    const { operationId } = await block(api, '198.51.100.74');
    expect(await enforced(api, operationId)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
  }, 200_000);

  it('says what grew, and has a ledger that verifies with the auditor’s rights, as the runbook asks', async () => {
    const grew = await asWritten('runbooks/disk-full', 'docker system df');
    expect(grew).toMatch(/es\s*\|\s*events/);
    // A copy that an upgrade kept would stand beside it.
    expect(grew).toMatch(/muster\s*\|[\s\S]*template1/);
    expect(await asWritten('runbooks/disk-full', 'auditor')).toContain('The ledger is intact.');
  });

  it('is restored from a backup, in the epoch that is asked for and with the root key given back as words, as the runbook says', async () => {
    await asWritten('guides/production', 'muster.js backup');
    const [day = ''] = await readdir(backups);
    const { operationId } = await block(api, '198.51.100.77');
    expect(await enforced(api, operationId)).toMatchObject({ servers: 1, counts: { succeeded: 1 } });
    expect(await banTable(server)).toContain('198.51.100.77');
    await server.machine.sh('systemctl stop muster-agentd');

    // What the other runbook keeps and looks at first.
    await asWritten('runbooks/ledger-does-not-verify', 'pg_dump');
    expect((await stat(join(folder, 'evidence.dump'))).size).toBeGreaterThan(20_000);
    const keys = join(await stack.volume('installation'), 'keys');
    await copyFile(join(keys, 'root.pub'), join(folder, 'root.pub'));
    await chmod(join(folder, 'root.pub'), 0o644);
    await writeFile(join(folder, 'checkpoint.txt'), await stack.newestCheckpoint());
    expect(await asWritten('runbooks/ledger-does-not-verify', '--checkpoint')).toContain('The ledger is intact.');

    await asWritten('runbooks/postgres-restored', 'compose stop');
    const restored = await asWritten('runbooks/postgres-restored', '--replace', (commands) =>
      commands.replace('/2026-11-21', `/${day}`).replace('--replace', '--replace --epoch 7'),
    );
    expect(restored).toMatch(/Restored: \d+ events, epoch 7 of the ledger/);
    expect((await readdir(keys)).sort()).toEqual(ONLINE_KEYS);
    await asWritten('runbooks/postgres-restored', 'setup');
    await stack.untilHealthy();
    const waiting = await asWritten('runbooks/postgres-restored', ' recovery ').catch(String);
    expect(waiting).toContain('ended with 1');
    expect(waiting).toMatch(/Epoch 7, restored[\s\S]*waiting for prague-web-01[\s\S]*Nothing is sent to servers\./);
    expect(await asWritten('runbooks/postgres-restored', ' resume ')).toContain('1 of 1 servers have not shown');

    await server.machine.sh('systemctl start muster-agentd');
    api = new ApiClient(stack.url);
    await api.signIn(owner);
    await block(api, '198.51.100.78');
    await eventually(
      'the server holds what the restored database says, and no more',
      () => banTable(server),
      (table) => table.includes('198.51.100.78') && table.includes('198.51.100.76') && !table.includes('198.51.100.77'),
      90_000,
    );
    expect(await asWritten('runbooks/postgres-restored', ' recovery ')).toContain('Tasks are sent to servers.');
  }, 300_000);
});
