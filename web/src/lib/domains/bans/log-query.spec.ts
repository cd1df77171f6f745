import { describe, expect, it } from 'vitest';
import { parseTokens } from '../../platform/filter-tokens.ts';
import { addressesWords, leftWords } from './log-words.ts';
import { LOG_KEYS, logQuery } from './log-query.ts';

const servers = [{ serverId: 's3', name: 'fra-web-03' }];
const now = new Date('2026-11-20T02:47:12Z');
const ask = (text: string) => logQuery(parseTokens(text, LOG_KEYS), servers, now);

describe('a search of the ban log', () => {
  it('asks by containing range, server, jail, kind and time', () => {
    expect(ask('203.0.113.9/24 server:FRA-web-03 jail:sshd what:banned since:24h')).toEqual({
      ok: true,
      question: {
        address: '203.0.113.0/24',
        server: 's3',
        jail: 'sshd',
        what: 'banned',
        from: '2026-11-19T02:47:00.000Z',
      },
    });
  });
  it.each([
    ['10.0.0.1/33', 'IPv4 ends at /32'],
    ['server:fra-web-99', 'No server is called fra-web-99'],
    ['since:soon', 'soon is not a span'],
    ['what:eaten', 'eaten is not something that happens here'],
    ['sshd', 'Filter by an address'],
  ])('says what is wrong with %s', (text, why) => {
    const query = ask(text);
    expect(query.ok).toBe(false);
    expect(query.ok ? '' : query.why).toContain(why);
  });
});

describe('what is left of a ban', () => {
  it.each([
    [{ what: 'banned', until: '2026-11-20T02:57:09Z', banSeconds: 600 }, '9 min 57 s'],
    [{ what: 'banned', until: '2026-11-20T02:40:00Z', banSeconds: 600 }, 'time was up'],
    [{ what: 'banned', until: null, banSeconds: -1 }, 'until unblocked'],
    [{ what: 'blocked', until: null, banSeconds: null }, 'until unblocked'],
    [{ what: 'banned', until: null, banSeconds: 600 }, '9 min 48 s'],
    [{ what: 'found', until: null, banSeconds: null }, ''],
    [{ what: 'banned', until: null, banSeconds: 600, endedAt: '2026-11-20T02:47:05Z' }, 'let go'],
    [{ what: 'blocked', until: null, banSeconds: null, endedAt: '2026-11-20T02:47:05Z' }, 'let go'],
    [
      { what: 'banned', until: '2026-11-20T02:40:00Z', banSeconds: 600, endedAt: '2026-11-20T02:40:01Z' },
      'time was up',
    ],
  ] as const)('%o', (row, words) =>
    expect(leftWords({ at: '2026-11-20T02:47:00Z', endedAt: null, ...row }, now)).toBe(words),
  );
});

describe('how many addresses', () => {
  it('counts small ranges and estimates huge ones', () => {
    expect(addressesWords('1')).toBe('1 address');
    expect(addressesWords('65536')).toBe('65,536 addresses');
    expect(addressesWords('79228162514264337593543950336')).toBe('about 10^28 addresses');
  });
});
