// SPF as RFC 7208 reads it, for one sender: this server. All that a record includes is counted, because ten lookups are
// the most that others make; what has macros in it is not decided.
import { parseIpRange, rangeContains, type IpRange } from '@muster/kernel/ip-range';
import type { MailFromOutside } from '@muster/posture/outside/names';

export interface SpfQuestions {
  texts(name: string): Promise<string[] | null>;
  addresses(name: string): Promise<string[] | null>;
  exchanges(name: string): Promise<string[] | null>;
}

type Spf = NonNullable<MailFromOutside['spf']>;
type Qualifier = '+' | '-' | '~' | '?';
/** null: not decided. */
type Match = Qualifier | 'none' | null;

/** A record that includes for ever is followed so far. */
const MOST_FOLLOWED = 20;
const MOST_EXCHANGES = 10;

/** null: the record could not be asked for. */
export async function readSpf(
  domain: string,
  senders: readonly string[],
  questions: SpfQuestions,
): Promise<Spf | null> {
  const records = await recordsOf(domain, questions);
  if (records === null) return null;
  const [record = ''] = records;
  const walk = new Walk(
    domain,
    senders.flatMap((text) => rangeOf(text) ?? []),
    questions,
  );
  const match = records.length === 1 ? await walk.through(record) : 'none';
  return {
    records: records.length,
    record: record.slice(0, 400),
    lookups: walk.lookups,
    all: walk.all,
    allowsServer: senders.length === 0 || match === null ? null : match === '+',
    problem: walk.problem,
  };
}

async function recordsOf(domain: string, { texts }: SpfQuestions): Promise<string[] | null> {
  return (await texts(domain))?.filter((text) => /^v=spf1(?: |$)/i.test(text)) ?? null;
}

class Walk {
  lookups = 0;
  all: Qualifier | '' = '';
  problem: string | null = null;

  constructor(
    /** Where `a` and `mx` without a name look. */
    private domain: string,
    private readonly senders: readonly IpRange[],
    private readonly questions: SpfQuestions,
  ) {}

  /** Goes through every term, so that all lookups are counted; the first that matches decides. */
  async through(record: string, depth = 0): Promise<Match> {
    let decided: Match = 'none';
    let redirect: string | undefined;
    for (const term of record.split(/\s+/).slice(1)) {
      if (term === '') continue;
      const [, modifier, value = ''] = /^([a-z][\w.-]*)=(.*)$/i.exec(term) ?? [];
      if (modifier !== undefined) {
        if (modifier.toLowerCase() === 'redirect') redirect = value;
        continue;
      }
      const [, sign = '', name = '', rest = ''] = /^([+~?-]?)([a-z0-9]+)(.*)$/i.exec(term) ?? [];
      const qualifier = (sign === '' ? '+' : sign) as Qualifier;
      const matched = await this.#matches(name.toLowerCase(), rest, depth);
      if (name.toLowerCase() === 'all' && depth === 0) this.all = qualifier;
      if (decided === 'none' && matched !== false) decided = matched === null ? null : qualifier;
    }
    if (redirect === undefined || /(?:^|\s)[+~?-]?all(?:\s|$)/i.test(record)) return decided;
    const further = await this.#followed(redirect, depth, true);
    return decided === 'none' ? further : decided;
  }

  async #matches(name: string, rest: string, depth: number): Promise<boolean | null> {
    const [, target = '', four] = /^(?::([^/]+))?(?:\/(\d+))?(?:\/\/\d+)?$/.exec(rest) ?? [];
    switch (name) {
      case 'all':
        return true;
      case 'ip4':
      case 'ip6':
        return this.#within(rest.slice(1));
      case 'a':
        return this.#hosts(target, four, async (host) => this.questions.addresses(host));
      case 'mx':
        return this.#hosts(target, four, async (host) => this.#addressesOfExchanges(host));
      case 'include': {
        const match = await this.#followed(target, depth, false);
        return match === null ? null : match === '+';
      }
      case 'exists':
      case 'ptr':
        this.lookups += 1;
        return null;
      default:
        this.problem ??= `"${name.slice(0, 40)}" is not a word of SPF`;
        return null;
    }
  }

  #within(text: string): boolean {
    const network = rangeOf(text);
    if (network === undefined) this.problem ??= `${text.slice(0, 60)} is not an address`;
    return network !== undefined && this.senders.some((sender) => rangeContains(network, sender));
  }

  async #hosts(
    target: string,
    bits: string | undefined,
    addressesOf: (host: string) => Promise<string[] | null>,
  ): Promise<boolean | null> {
    this.lookups += 1;
    const host = target === '' ? this.domain : target;
    if (host.includes('%') || this.lookups > MOST_FOLLOWED) return null;
    const addresses = await addressesOf(host);
    if (addresses === null) return null;
    const networks = addresses.flatMap(
      (address) => rangeOf(bits === undefined || address.includes(':') ? address : `${address}/${bits}`) ?? [],
    );
    return networks.some((network) => this.senders.some((sender) => rangeContains(network, sender)));
  }

  async #addressesOfExchanges(host: string): Promise<string[] | null> {
    const exchanges = await this.questions.exchanges(host);
    if (exchanges === null) return null;
    const all = await Promise.all(
      exchanges.slice(0, MOST_EXCHANGES).map((exchange) => this.questions.addresses(exchange)),
    );
    return all.some((one) => one === null) ? null : all.flatMap((one) => one ?? []);
  }

  async #followed(target: string, depth: number, sameSender: boolean): Promise<Match> {
    this.lookups += 1;
    if (target === '' || target.includes('%') || this.lookups > MOST_FOLLOWED) return null;
    const records = await recordsOf(target, this.questions);
    if (records === null) return null;
    const [record] = records;
    if (record === undefined || records.length > 1) {
      this.problem ??= `${target.slice(0, 120)} has ${records.length === 0 ? 'no record' : 'several records'}`;
      return null;
    }
    const before = this.domain;
    this.domain = target;
    try {
      return await this.through(record, sameSender ? depth : depth + 1);
    } finally {
      this.domain = before;
    }
  }
}

function rangeOf(text: string): IpRange | undefined {
  const parsed = parseIpRange(text);
  return parsed.ok ? parsed.range : undefined;
}
