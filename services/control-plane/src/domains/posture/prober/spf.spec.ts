import { describe, expect, it } from 'vitest';
import { readSpf } from './spf.ts';

const SERVER = ['192.0.2.10'];

/** What a DNS with these records answers. */
function zone(records: Readonly<Record<string, readonly string[]>>) {
  const of = (kind: string) => (name: string) => Promise.resolve([...(records[`${kind} ${name}`] ?? [])]);
  return { texts: of('TXT'), addresses: of('A'), exchanges: of('MX') };
}
const read = (records: Readonly<Record<string, readonly string[]>>) => readSpf('a.test', SERVER, zone(records));

describe('SPF', () => {
  it.each([
    ['v=spf1 ip4:192.0.2.0/24 -all', true, 0, '-'],
    ['v=spf1 ip4:192.0.2.11 ~all', false, 0, '~'],
    ['v=spf1 -ip4:192.0.2.10 +all', false, 0, '+'],
    ['v=spf1 a -all', true, 1, '-'],
    ['v=spf1 a/24 ?all', true, 1, '?'],
    ['v=spf1 mx -all', true, 1, '-'],
    ['v=spf1 a:other.test -all', false, 1, '-'],
    ['v=spf1 include:yes.test -all', true, 1, '-'],
    ['v=spf1 include:no.test -all', false, 1, '-'],
    ['v=spf1 redirect=yes.test', true, 1, '-'],
    ['v=spf1 ip6:2001:db8::/32', false, 0, ''],
  ])('%s', async (record, allowsServer, lookups, all) => {
    const records = {
      'TXT a.test': ['google-site-verification=x', record],
      'A a.test': ['192.0.2.10'],
      'MX a.test': ['mail.a.test'],
      'A mail.a.test': ['192.0.2.10'],
      'A other.test': ['203.0.113.1'],
      'TXT yes.test': ['v=spf1 ip4:192.0.2.10 -all'],
      'TXT no.test': ['v=spf1 ip4:203.0.113.1 +all'.replace('+', '-')],
    };
    expect(await read(records)).toEqual({ records: 1, record, lookups, all, allowsServer, problem: null });
  });

  it('is none, or several, which others take for an error', async () => {
    expect(await read({})).toMatchObject({ records: 0, record: '' });
    expect(await read({ 'TXT a.test': ['v=spf1 -all', 'v=spf1 +all'] })).toMatchObject({ records: 2 });
    expect(await read({ 'TXT a.test': ['v=spf10 -all'] })).toMatchObject({ records: 0 });
  });

  it('does not decide what has macros in it, or asks for an answer by its sender', async () => {
    const record = { 'TXT a.test': ['v=spf1 exists:%{i}._spf.a.test include:%{d}.b.test -all'] };
    expect(await read(record)).toMatchObject({ allowsServer: null, lookups: 2 });
  });

  it('says that an include leads nowhere', async () => {
    expect(await read({ 'TXT a.test': ['v=spf1 include:gone.test -all'] })).toMatchObject({
      problem: 'gone.test has no record',
    });
    expect(await read({ 'TXT a.test': ['v=spf1 ipv4:192.0.2.1 -all'] })).toMatchObject({
      problem: '"ipv4" is not a word of SPF',
    });
  });

  it('ends with records that include each other', async () => {
    const circle = await read({
      'TXT a.test': ['v=spf1 include:b.test -all'],
      'TXT b.test': ['v=spf1 include:a.test -all'],
    });
    expect(circle?.lookups).toBeGreaterThan(10);
    expect(circle?.lookups).toBeLessThan(50);
  });

  it('is not known when the DNS does not answer', async () => {
    const silent = { ...zone({}), texts: () => Promise.resolve(null) };
    expect(await readSpf('a.test', SERVER, silent)).toBeNull();
  });
});
