// Addresses that Muster itself keeps from being blocked: its servers, itself, and whoever is signed in.
import { lookup } from 'node:dns/promises';
import { parseIpRange, type IpRange } from '@muster/kernel/ip-range';
import type { LiveOperators } from '../access/index.ts';
import type { ServerDirectory } from '../servers/index.ts';
import { isUnblockable } from './block-rules.ts';
import type { SystemEntry } from './protection.aggregate.ts';

/** A fleet's own addresses must fit into what a server is told; the addresses it dials from come first. */
const MOST_OWN_ADDRESSES = 4000;
const LABEL = 120;
/** Servers and names change slowly; who is signed in is asked every time. */
const REMEMBER_MS = 5000;

interface SystemProtections {
  readonly entries: readonly SystemEntry[];
  /** Operators who are signed in from an address that cannot be read: no entry stands for them. */
  readonly unread: number;
  /** Whether such an address may lie in this range. */
  mayHide(range: IpRange): boolean;
}

export class SystemAddresses {
  readonly #slow = new Map<string, { readonly at: number; readonly entries: Promise<readonly SystemEntry[]> }>();

  constructor(
    private readonly directory: ServerDirectory,
    private readonly operators: LiveOperators,
    /** Where agents reach this control plane. */
    private readonly publicUrl: string,
  ) {}

  async of(tenantId: string): Promise<SystemProtections> {
    const [slow, operators] = await Promise.all([this.#remembered(tenantId), this.operators.now(tenantId)]);
    // Who it is stays out of it: the list is read by everybody, the event stays for ever.
    const live = entries('live-operator', 'A signed-in operator', operators.addresses);
    return { entries: [...slow, ...live], unread: operators.unread, mayHide: operators.mayHide };
  }

  #remembered(tenantId: string): Promise<readonly SystemEntry[]> {
    const known = this.#slow.get(tenantId);
    if (known && Date.now() - known.at < REMEMBER_MS) return known.entries;
    const gathered = this.#gather(tenantId);
    this.#slow.set(tenantId, { at: Date.now(), entries: gathered });
    gathered.catch(() => this.#slow.delete(tenantId));
    return gathered;
  }

  async #gather(tenantId: string): Promise<readonly SystemEntry[]> {
    const [own, control] = await Promise.all([this.#ownServers(tenantId), addressesOf(this.publicUrl)]);
    return [...own, ...entries('control-plane', 'This control plane', control)];
  }

  async #ownServers(tenantId: string): Promise<SystemEntry[]> {
    const servers = await this.directory.addresses(tenantId);
    const names = new Map<string, string[]>();
    // Servers say the same of themselves: loopback each of them, and where it dials from once more.
    const known = new Map<string, string | null>();
    for (const { name, addresses } of servers) {
      for (const range of blockable(addresses, known)) {
        const others = names.get(range);
        if (others === undefined) names.set(range, [name]);
        else others.push(name);
      }
    }
    return [...names].slice(0, MOST_OWN_ADDRESSES).map(([range, [first = '', ...others]]) => ({
      kind: 'own-server' as const,
      range,
      label: (others.length === 0 ? first : `${first} and ${others.length} more`).slice(0, LABEL),
    }));
  }
}

function entries(kind: SystemEntry['kind'], label: string, addresses: readonly string[]): SystemEntry[] {
  return blockable(addresses).map((range) => ({ kind, range, label }));
}

/** Each once, canonical; loopback and its like are never blocked anyway. `known`: what was found out before. */
function blockable(addresses: readonly string[], known = new Map<string, string | null>()): string[] {
  const ranges = addresses.flatMap((text) => {
    // Interfaces say `192.0.2.7/24`: their address, not their network.
    const address = text.split('/', 1)[0]?.split('%', 1)[0] ?? '';
    const before = known.get(address);
    if (before !== undefined) return before ?? [];
    const parsed = parseIpRange(address);
    const range = parsed.ok && !isUnblockable(parsed.range.text) ? parsed.range.text : null;
    known.set(address, range);
    return range ?? [];
  });
  return [...new Set(ranges)];
}

async function addressesOf(url: string): Promise<string[]> {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    // A name that only agents can resolve; their own host protects the control plane as they see it.
    return [];
  }
}
