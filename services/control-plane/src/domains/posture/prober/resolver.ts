// Questions to the DNS, by resolvers that the operator names. An empty answer is an answer; null is none: nobody knows.
import type { CaaRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { parseIpRange } from '@muster/kernel/ip-range';

/** Several thousand questions may be asked for one server: none of them may hold up the others for long. */
const TIMEOUT_MS = 2000;
const TRIES = 2;
/** Who answers decides how much comes. */
const MOST_RECORDS = 50;

export class Names {
  readonly #resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });

  constructor(servers: readonly string[]) {
    if (servers.length > 0) this.#resolver.setServers(servers);
  }

  /** `address` or `address:port` of the first resolver. */
  get server(): string | undefined {
    return this.#resolver.getServers()[0];
  }

  async addresses(name: string): Promise<string[] | null> {
    const [four, six] = await Promise.all([
      answered(this.#resolver.resolve4(name)),
      answered(this.#resolver.resolve6(name)),
    ]);
    const all = [...(four ?? []), ...(six ?? [])];
    if (all.length === 0 && (four === null || six === null)) return null;
    // In the one spelling in which addresses are compared: ::ffff:10.0.0.1 is 10.0.0.1.
    return all.flatMap((address) => {
      const parsed = parseIpRange(address);
      return parsed.ok ? [parsed.range.text] : [];
    });
  }

  /** Each record as one text, however it was cut. */
  async texts(name: string): Promise<string[] | null> {
    return (await answered(this.#resolver.resolveTxt(name)))?.map((parts) => parts.join('').slice(0, 4096)) ?? null;
  }

  /** Best first. A null MX (RFC 7505) is none. */
  async exchanges(name: string): Promise<string[] | null> {
    const records = await answered(this.#resolver.resolveMx(name));
    return (
      records
        ?.toSorted((a, b) => a.priority - b.priority)
        .map(({ exchange }) => exchange.toLowerCase())
        .filter((exchange) => exchange !== '' && exchange !== '.') ?? null
    );
  }

  caa(name: string): Promise<CaaRecord[] | null> {
    return answered(this.#resolver.resolveCaa(name));
  }
}

async function answered<Record>(question: Promise<Record[]>): Promise<Record[] | null> {
  try {
    return (await question).slice(0, MOST_RECORDS);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOTFOUND' || code === 'ENODATA' ? [] : null;
  }
}

/** `a.b.example.com`, `b.example.com`, `example.com`, `com`: where a record that covers a name may stand. */
export function upwards(name: string): string[] {
  const labels = name.split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}
