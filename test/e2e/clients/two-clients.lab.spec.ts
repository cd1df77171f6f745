// Two clients on one real server, in two browsers at once. A real nginx serves a site of each, a real fail2ban guards each
// with a jail of its own, and somebody attacks both. Nothing of one reaches the other: by page, search, count, socket,
// guessed id or the time of an error; and a ban of one's own address is let go by one's own hand.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GiveGrant, InvitePerson } from '@muster/contracts/access';
import { CreateClient, GetDashboard, ListSites, SetRules, SetUnblockLimits } from '@muster/contracts/clients';
import { newId } from '@muster/kernel/ids';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Machine } from '../../lab/machine.ts';
import { ApiClient } from '../../support/api-client.ts';
import { codeNow } from '../../support/second-factor.ts';
import { launchChromium, visit, type Visit } from '../support/browser.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';
import { readsWell } from '../support/readable.ts';

const ROOT = join(import.meta.dirname, '../../..');
const NAMES = ['kestrel', 'merle'] as const;
type Name = (typeof NAMES)[number];
const other = (name: Name): Name => (name === 'kestrel' ? 'merle' : 'kestrel');

interface Party {
  readonly clientId: string;
  readonly visited: Visit;
}

describe('two clients on one shared server', () => {
  let up: LabUnderTest;
  let browser: Browser;
  let operator: ApiClient;
  const parties = new Map<Name, Party>();
  const party = (name: Name): Party => {
    const found = parties.get(name);
    if (!found) throw new Error(`${name} has no page yet`);
    return found;
  };

  beforeAll(async () => {
    up = await labUnderTest();
    operator = new ApiClient(up.lab.url);
    await operator.signIn(up.lab.owner);
    browser = await launchChromium(up.lab.url);
    await serve(up.first.machine);
    const rules = [];
    for (const name of NAMES) {
      const { clientId } = await operator.call(CreateClient, { name: `${name} ltd`, externalRef: `${name}-crm` });
      const ranges = [up.lab.attacker.address];
      if (name === 'kestrel') {
        await operator.call(SetUnblockLimits, { clientId, limits: { perDay: 1, present: true, ranges } });
      }
      rules.push({ match: { by: 'owner' as const, owner: name }, serverId: null, clientId });
      parties.set(name, { clientId, visited: await enter(name, clientId) });
    }
    await operator.call(SetRules, { rules });
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** A person of a client accepts an invitation at a device of their own, and ends on the client's page. */
  async function enter(name: Name, clientId: string): Promise<Visit> {
    const person = await operator.call(InvitePerson, { name: `Person of ${name}`, email: `person@${name}.example` });
    await operator.call(GiveGrant, {
      holderId: person.personId,
      role: 'client-admin',
      scope: { kind: 'client', clientId },
      until: null,
      reason: 'Looks after their shop',
    });
    const visited = await visit(browser, up.lab.url);
    const { page } = visited;
    if (person.link === null) throw new Error('the invitation was made before, and its link is shown once');
    await page.goto(person.link);
    await page.getByRole('button', { name: 'Make one' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Your second factor' }).waitFor();
    const secret = (await page.locator('code[data-secret]').innerText()).replaceAll(/\s/g, '');
    await page.getByLabel('Six-digit code').fill(await codeNow(secret));
    await page.getByRole('button', { name: 'Check the code' }).click();
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    await page.getByLabel(/I kept them/).check();
    await page.getByRole('button', { name: /^Go to/ }).click();
    await page.waitForURL(`**/c/${clientId}`);
    return visited;
  }

  it('become owners of what the server says it serves, by the account of its files', async () => {
    await eventually(
      'both sites are theirs',
      () => operator.call(ListSites, { q: 'shop.' }),
      ({ sites }) =>
        NAMES.every((name) =>
          sites.some((one) => one.client?.name === `${name} ltd` && one.name === `shop.${name}.example`),
        ),
      60_000,
    );
    for (const name of NAMES) {
      const { page } = party(name).visited;
      await page
        .getByRole('row', { name: new RegExp(`^shop\\.${name}\\.example`) })
        .getByText('served')
        .waitFor();
      await page.getByRole('heading', { name: /Your site is served/ }).waitFor();
    }
  });

  it('each see the ban that hit their own site, live, and the other’s page stays as it was', async () => {
    const { page: neighbour } = party('merle').visited;
    await neighbour.getByText('Nobody had to be shut out of your sites').waitFor();
    await attack(up.lab.attacker, up.first.machine, 'kestrel');
    const { page } = party('kestrel').visited;
    await page
      .getByRole('row')
      .filter({ hasText: up.lab.attacker.address })
      .filter({ hasText: 'shut out' })
      .first()
      .waitFor();
    await neighbour.getByText('Nobody had to be shut out of your sites').waitFor();
    expect(await neighbour.locator('body').innerText()).not.toContain(up.lab.attacker.address);
    expect(await up.first.machine.sh('fail2ban-client get kestrel-login banned')).toContain(up.lab.attacker.address);
  });

  it('let one’s own address go, once, as the operator allowed', async () => {
    const { page } = party('kestrel').visited;
    await page.getByLabel('Your address').fill(up.lab.attacker.address);
    await eventually(
      'the page knows of the ban',
      async () => {
        await page.getByRole('button', { name: 'Is it blocked?' }).click();
        return await page.getByRole('button', { name: /^Let / }).isVisible();
      },
      (visible) => visible,
      30_000,
    );
    await page.getByRole('button', { name: /^Let / }).click();
    await page.getByText('is being let go').waitFor();
    await eventually(
      'fail2ban let it go',
      () => up.first.machine.sh('fail2ban-client get kestrel-login banned'),
      (banned) => !banned.includes(up.lab.attacker.address),
      30_000,
    );
    await page.getByRole('button', { name: 'Is it blocked?' }).click();
    await page.getByText('1 of 1 were used within 24 hours').waitFor();
  });

  it('learn nothing of each other by guessed ids, search, counts, files or the time of an error', async () => {
    for (const name of NAMES) {
      const { visited, clientId } = party(name);
      const theirs = party(other(name)).clientId;
      const request = visited.page.request;
      const signs = [other(name), theirs];
      for (const path of ['dashboard', 'bans', 'done', 'extract', `address?address=${up.lab.attacker.address}`]) {
        const [foreign, nobodys] = await Promise.all(
          [theirs, newId()].map((id) => request.get(`/api/clients/${id}/${path}`)),
        );
        expect(foreign?.status(), path).toBe(404);
        expect(wordsOf(await foreign?.text())).toEqual(wordsOf(await nobodys?.text()));
        const own = await (await request.get(`/api/clients/${clientId}/${path}`)).text();
        for (const sign of signs) expect(own, `${name}: ${path}`).not.toContain(sign);
      }
      for (const path of [
        '/api/sites',
        '/api/clients',
        '/api/servers',
        '/api/bans/log',
        '/api/audit/entries',
        '/api/fleet',
      ]) {
        const text = await (await request.get(path)).text();
        for (const sign of signs) expect(text, `${name}: ${path}`).not.toContain(sign);
      }
      const times: Record<'theirs' | 'nobodys', number[]> = { theirs: [], nobodys: [] };
      for (let round = 0; round < 40; round++) {
        for (const kind of ['theirs', 'nobodys'] as const) {
          const began = performance.now();
          await request.get(`/api/clients/${kind === 'theirs' ? theirs : newId()}/dashboard`);
          times[kind].push(performance.now() - began);
        }
      }
      const difference = Math.abs(median(times.theirs) - median(times.nobodys));
      expect(difference).toBeLessThan(Math.max(spread(times.theirs), spread(times.nobodys), 3));
    }
  });

  it('take along what was done for them, and muster verify finds it in the signed ledger', async () => {
    const { visited, clientId } = party('kestrel');
    const folder = await mkdtemp('/var/tmp/muster-extract-');
    const file = join(folder, 'what-was-done.ndjson');
    const answer = await eventually(
      'what was done is signed',
      async () => (await visited.page.request.get(`/api/clients/${clientId}/extract`)).text(),
      (text) => text.includes('clients.UnblockAsked'),
      15_000,
    );
    await writeFile(file, answer);
    expect(answer).not.toContain('merle');
    const trust = join(up.lab.dataFolder, 'keys/keyset.json');
    const args = [join(ROOT, 'services/cli/bin/muster.js'), 'verify', '--export', file, '--trust', trust, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, about: clientId });
    await rm(folder, { recursive: true });
  });

  it('is drawn so that axe finds nothing serious, in both themes and widths', async () => {
    const { visited } = party('kestrel');
    const { page } = visited;
    await readsWell(page, 'client');
  });

  it('shows the operator what the client sees, and left nothing for the browsers to complain about', async () => {
    for (const name of NAMES) {
      const { sites } = await operator.call(GetDashboard, { clientId: party(name).clientId });
      expect(sites.map((site) => site.name)).toEqual([`shop.${name}.example`]);
      expect(party(name).visited.complaints).toEqual([]);
    }
  });
});

/** A site of each on one nginx, below an account of its own, and a jail for each that reads its log alone. */
async function serve(machine: Machine): Promise<void> {
  for (const name of NAMES) {
    await machine.sh(`useradd -m ${name} && mkdir -p /srv/${name}/shop && echo ${name} > /srv/${name}/shop/index.html && chown -R ${name} /srv/${name}
      mkdir -p /var/log/sites && touch /var/log/sites/${name}.access.log`);
    await machine.sh(`cat > /etc/nginx/sites-enabled/${name}`, {
      input: `server { listen 80; server_name shop.${name}.example; root /srv/${name}/shop; access_log /var/log/sites/${name}.access.log; }\n`,
    });
  }
  await machine.sh('cat > /etc/fail2ban/filter.d/login.conf', {
    input: '[Definition]\nfailregex = ^<HOST> .*"POST /login\n',
  });
  await machine.sh('cat > /etc/fail2ban/jail.d/60-sites.local', {
    input: NAMES.map(
      (name) =>
        `[${name}-login]\nenabled = true\nfilter = login\nbackend = polling\nport = http\nlogpath = /var/log/sites/${name}.access.log\nmaxretry = 3\n`,
    ).join(''),
  });
  await machine.sh(
    'systemctl reload nginx && systemctl restart fail2ban && sleep 2 && systemctl restart muster-agentd',
  );
}

/** Three wrong passwords at the login of a site, from a machine of the attacker's own. */
async function attack(attacker: Machine, target: Machine, name: Name): Promise<void> {
  const request = `POST /login HTTP/1.0\\r\\nHost: shop.${name}.example\\r\\n\\r\\n`;
  for (let attempt = 0; attempt < 4; attempt++) {
    await attacker.trySh(`printf '${request}' | nc -w 2 ${target.address} 80`);
  }
}

/** A problem without its case number. */
function wordsOf(text = ''): unknown {
  const { correlationId: _case, ...words } = JSON.parse(text) as Record<string, unknown>;
  return words;
}

const sorted = (times: readonly number[]) => [...times].sort((a, b) => a - b);
const median = (times: readonly number[]) => sorted(times)[Math.floor(times.length / 2)] ?? 0;
const spread = (times: readonly number[]) =>
  (sorted(times)[Math.floor(times.length * 0.75)] ?? 0) - (sorted(times)[Math.floor(times.length / 4)] ?? 0);
