// Looks for words everywhere they could be: in every column of every table, as text, as bytes and in bytes' own text, and
// in the answer to every query of the catalogue.
import { queries } from '@muster/contracts';
import { endpoints } from '@muster/contracts/endpoints';
import { newId } from '@muster/kernel/ids';
import type pg from 'pg';
import type { Browser } from '../../services/control-plane/src/main/testing/api-under-test.ts';

/** Names of tables with a row that holds one of the words, whatever its case. */
export async function tablesWith(pool: pg.Pool, words: readonly string[]): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('es', 'vault', 'muster', 'muster_migrations') and c.relkind in ('r', 'p') and not c.relispartition`,
  );
  const spelt = words.flatMap((word) => [word, Buffer.from(word).toString('hex')]);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::int as n from ${name} t where exists (select 1 from unnest($1::text[]) w
         where position(lower(w) in lower(t::text)) > 0)`,
      [spelt],
    );
    if ((rows[0]?.n ?? 0) > 0) found.push(name);
  }
  return found;
}

/** What a query about one thing is asked; one that asks for more than its caller has is an answer, too. */
export type Asked = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The text of the answer to every query, by its name. */
export async function everyAnswer(browser: Browser, port: number, asked: Asked): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  for (const { name } of queries) {
    const [method = 'GET', template = ''] = endpoints[name] ?? [];
    const rest: Record<string, string> = { ...asked[name] };
    const path = template.replaceAll(/:(\w+)/g, (_, key: string) => {
      const value = rest[key] ?? newId();
      delete rest[key];
      return value;
    });
    const parameters = new URLSearchParams(rest).toString();
    const response = await fetch(`http://127.0.0.1:${port}${path}${method === 'GET' ? `?${parameters}` : ''}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': browser.address,
        cookie: [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; '),
        'x-muster-csrf': browser.csrf,
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(rest) }),
    });
    answers.set(name, `${response.status} ${await response.text()}`);
  }
  return answers;
}
