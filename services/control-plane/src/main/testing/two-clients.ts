// Two clients on one shared server: each with a site, a jail that reads its log alone, an administrator and a viewer; and
// what the server reports of them. Nothing is served, banned or ruled before the spec says so.
import type { FoundSite } from '@muster/contracts/clients';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { LinkRegistry } from '../../platform/agent-link/link-registry.ts';
import { RunningMuster, type SignedIn } from './running-muster.ts';

export const NAMES = ['kestrel', 'merle'] as const;
export type Name = (typeof NAMES)[number];

export interface Party {
  readonly name: Name;
  readonly clientId: string;
  readonly admin: SignedIn;
  readonly viewer: SignedIn;
}

const IN_TWO_MONTHS = new Date(Date.now() + 60 * 86_400_000).toISOString();
export const domainOf = (name: Name) => `shop.${name}.example`;
export const jailOf = (name: Name) => `${name}-login`;
const logOf = (name: Name) => `/var/log/sites/${domainOf(name)}.log`;

export const siteOf = (name: Name, domain = domainOf(name)): FoundSite => ({
  name: domain,
  aliases: [],
  software: ['nginx'],
  root: `/srv/${name}/www`,
  owner: name,
  listens: ['443 ssl'],
  certificate: { names: [domain], until: IN_TWO_MONTHS, issuer: 'Test CA' },
  logs: [`/var/log/sites/${domain}.log`],
  subscription: null,
});

/** What was imported: each client, and a site of it that no server serves. */
export const IMPORTED = NAMES.flatMap((name) => [
  { kind: 'site', ref: `${name}-v1`, client: `${name}-crm`, domain: `old.${name}.example` },
  { kind: 'client', ref: `${name}-crm`, name: `${name} ltd` },
]);

export class TwoClients {
  #seq = 0;

  private constructor(
    readonly muster: RunningMuster,
    readonly owner: SignedIn,
    readonly serverId: string,
    readonly kestrel: Party,
    readonly merle: Party,
  ) {}

  static async start(): Promise<TwoClients> {
    const muster = await RunningMuster.start();
    const owner = await muster.owner();
    const serverId = await muster.server('fra-web-01');
    await muster.call('POST', '/api/clients/import', owner, { rows: IMPORTED });
    const { body } = await muster.call('GET', '/api/clients', owner);
    const clients = body['clients'] as { clientId: string; name: string }[];
    const party = async (name: Name): Promise<Party> => {
      const clientId = clients.find((client) => client.name === `${name} ltd`)?.clientId ?? '';
      const scope = { kind: 'client', clientId } as const;
      const admin = await muster.person(`${name} admin`, { role: 'client-admin', scope });
      return { name, clientId, admin, viewer: await muster.person(`${name} viewer`, { role: 'client-viewer', scope }) };
    };
    return new TwoClients(muster, owner, serverId, await party('kestrel'), await party('merle'));
  }

  stop(): Promise<void> {
    return this.muster.stop();
  }

  get parties(): readonly Party[] {
    return [this.kestrel, this.merle];
  }

  /** As the owner; throws for what was refused. */
  async ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.muster.call(method, path, this.owner, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  }

  async get(path: string, as: SignedIn): Promise<Record<string, unknown>> {
    return (await this.muster.call('GET', path, as)).body;
  }

  async sitesOf(party: Party): Promise<readonly { name: string }[]> {
    const { sites } = await this.get(`/api/clients/${party.clientId}/dashboard`, party.admin);
    return (sites as { name: string }[] | undefined) ?? [];
  }

  serve(sites: readonly FoundSite[] = NAMES.map((name) => siteOf(name))): Promise<void> {
    return this.#say('sites', [{ at: new Date().toISOString(), part: 0, parts: 1, sources: [], sites }]);
  }

  /** By the owner of the files; each client has its served site then, and its imported one. */
  async assignByOwner(): Promise<void> {
    const rules = this.parties.map(({ name, clientId }) => ({
      match: { by: 'owner', owner: name },
      serverId: null,
      clientId,
    }));
    await this.ask('PUT', '/api/sites/rules', { rules });
    await this.muster.until(async () => {
      const sites = await Promise.all(this.parties.map((party) => this.sitesOf(party)));
      return sites.every(({ length }) => length === 2);
    });
  }

  /** The server’s jails: one for each client, one that reads the logs of both, and sshd. */
  jails(banned: Readonly<Record<string, readonly string[]>> = {}): Promise<void> {
    const jail = (name: string, logs: readonly string[]) => ({
      jail: name,
      banned: banned[name] ?? [],
      bannedTotal: 1,
      failedTotal: 3,
      ignored: [],
      logs,
      maxRetry: 3,
      findSeconds: 600,
      banSeconds: 600,
    });
    const jails = [
      jail('sshd', []),
      jail('both', NAMES.map(logOf)),
      ...NAMES.map((name) => jail(jailOf(name), [logOf(name)])),
    ];
    return this.#say('jails', [{ at: new Date().toISOString(), version: '1.0.2', running: true, why: null, jails }]);
  }

  ban(jail: string, address: string): Promise<void> {
    const line = { id: newId(), at: new Date().toISOString(), what: 'banned', address, jail, source: 'action' };
    return this.#say('ban-log', [{ ...line, failures: 3, banSeconds: 600, banCount: 1 }]);
  }

  async #say(kind: string, items: readonly unknown[]): Promise<void> {
    const server = { serverId: this.serverId, tenantId: DEFAULT_TENANT, hostKey: null, agentKey: '', confirmed: true };
    await this.muster.running.app.get(LinkRegistry).batch(server, { kind, items } as never, ++this.#seq);
  }
}
