// Who signs with which key, by tables as OpenDKIM and Rspamd read them (opendkim.conf(5), KeyTable and SigningTable).
import { describe, expect, it } from 'vitest';
import { sendersOf, signingOf, tableKeyOf, tableLines, type Tables } from './signing.ts';

describe('a line of a signing table', () => {
  it.each([
    ['patterns', '*@shop.test', { from: 'shop.test', below: false, whole: true }],
    ['patterns', 'bob@Shop.test', { from: 'shop.test', below: false, whole: false }],
    ['patterns', '*@*.shop.test', { from: 'shop.test', below: true, whole: true }],
    ['patterns', '*shop.test', { from: 'shop.test', below: true, whole: true }],
    ['patterns', '*', { from: '*', below: false, whole: true }],
    ['patterns', '*@*', { from: '*', below: false, whole: true }],
    // A pattern is matched against the whole address: this one matches none.
    ['patterns', 'shop.test', undefined],
    ['patterns', '*@shop.*', null],
    ['keys', 'shop.test', { from: 'shop.test', below: false, whole: true }],
    ['keys', 'bob@shop.test', { from: 'shop.test', below: false, whole: false }],
    ['keys', '.shop.test', { from: 'shop.test', below: true, whole: true }],
    ['keys', 'bob@*', { from: '*', below: false, whole: false }],
  ] as const)('as %s, %s', (as, text, expected) => {
    expect(sendersOf(text, as)).toEqual(expected);
  });
});

describe('the tables together', () => {
  const keys = new Map(
    [
      ['shop', 'shop.test:mail:/keys/shop'],
      ['any', '%:default:/keys/%/default'],
      ['one', '%:default:/keys/one'],
      ['inline', 'shop.test:mail:MIIEowIBAAKCAQEA'],
      ['news.test', 'news.test:mail:/keys/news'],
    ].map(([name = '', value = '']) => [name, tableKeyOf(value) ?? { domain: '', selector: '', key: '' }] as const),
  );
  const signing = (...lines: string[]) => put({}, ...lines);
  const put = (more: Partial<Tables>, ...lines: string[]) =>
    signingOf({ keys, signing: tableLines(lines.join('\n')), as: 'patterns', several: false, ...more });
  const shown = ({ read, rules }: ReturnType<typeof signingOf>) => ({
    read,
    rules: rules.map(({ from, domain, selector, file }) => `${from} ${selector}._domainkey.${domain} ${file}`),
  });

  it('name the record by the key, not by the sender', () => {
    expect(shown(signing('*@blog.test shop'))).toEqual({
      read: true,
      rules: ['blog.test mail._domainkey.shop.test /keys/shop'],
    });
  });

  it('put the sender’s own domain where a line leaves it open', () => {
    expect(shown(signing('*@blog.test any', '*@* one', '*@news.test %')).rules).toEqual([
      'blog.test default._domainkey.blog.test /keys/blog.test/default',
      '* default._domainkey.* /keys/one',
    ]);
    expect(shown(put({ several: true }, '*@* any', '*@news.test %')).rules).toEqual([
      '* default._domainkey.* /keys/$domain/default',
      'news.test mail._domainkey.news.test /keys/news',
    ]);
  });

  it('take every line for its own in a table of plain keys', () => {
    expect(shown(put({ as: 'keys' }, '* one', 'shop.test shop')).rules).toHaveLength(2);
  });

  it('let the first pattern win, unless several may sign', () => {
    const lines = ['bob@shop.test any', '*@shop.test shop', 'eve@shop.test one'];
    expect(signing(...lines).rules.map(({ file }) => file)).toEqual(['/keys/shop.test/default', '/keys/shop']);
    expect(put({ several: true }, ...lines).rules).toHaveLength(3);
  });

  it('do not say that all was read when a line names a key that is not there, or senders that cannot be told', () => {
    expect(shown(signing('*@shop.test gone'))).toEqual({ read: false, rules: [] });
    expect(shown(signing('*@shop.* shop'))).toEqual({ read: false, rules: [] });
    expect(shown(signing('*@no_domain shop'))).toEqual({ read: false, rules: [] });
  });

  it('keep a key that stands in the table itself where it is', () => {
    expect(signing('*@shop.test inline').rules).toMatchObject([{ selector: 'mail', file: null }]);
  });
});
