import { describe, expect, it } from 'vitest';
import { auditQuery, kindOf, withKind } from './audit-query.ts';

const servers = [{ serverId: 's1', name: 'fra-web-01' }];
const now = new Date('2026-11-20T02:47:12Z');
const ask = (search: string) => auditQuery(new URLSearchParams(search), servers, now);

describe('a search of the audit log', () => {
  it('asks by person, type, server and time', () => {
    expect(ask('q=who:mara server:fra-web-01 since:1h what:bans.AddressBlocked&class=action')).toEqual({
      ok: true,
      question: {
        class: 'action',
        type: 'bans.AddressBlocked',
        who: 'mara',
        server: 's1',
        from: '2026-11-20T01:47:00.000Z',
      },
    });
  });
  it('goes to an entry by its number, with or without separators', () => {
    expect(ask('q=18,166')).toEqual({ ok: true, question: { before: 18167 } });
    expect(ask('q=entry:18166')).toEqual({ ok: true, question: { before: 18167 } });
  });
  it('says what it does not understand', () => {
    expect(ask('q=kestrel')).toEqual({ ok: false, why: 'Say what “kestrel” is: who: what: server: since: entry:' });
    expect(ask('q=since:soon').ok).toBe(false);
    expect(ask('q=server:nowhere')).toEqual({ ok: false, why: 'No server is called nowhere' });
  });
  it('ignores a class that does not exist', () => {
    expect(ask('class=everything')).toEqual({ ok: true, question: {} });
  });
  it('keeps other filters when the kind changes', () => {
    const changed = withKind(new URLSearchParams('q=who:mara&class=refusal'), 'people');
    expect(changed.toString()).toBe('q=who%3Amara&actorKind=person');
    expect(kindOf(changed)).toBe('people');
  });
});
