import { describe, expect, it } from 'vitest';
import { serversQuery } from './servers-query.ts';

const roll = [{ groups: [{ groupId: 'g1', name: 'Frankfurt web' }] }];
const ask = (search: string) => serversQuery(new URLSearchParams(search), roll);

describe('a search of the servers', () => {
  it('asks by part of the name, tag, group and state', () => {
    expect(ask('q=web tag:fra group:"frankfurt web" is:silent')).toEqual({
      ok: true,
      question: { q: 'web', tag: 'fra', group: 'g1', presence: 'silent' },
    });
  });
  it('takes the scope and the state of a link', () => {
    expect(ask('group=g9&presence=never')).toEqual({ ok: true, question: { group: 'g9', presence: 'never' } });
  });
  it('says what does not exist', () => {
    expect(ask('q=is:asleep').ok).toBe(false);
    expect(ask('q=group:nowhere')).toEqual({ ok: false, why: 'No group with servers is called nowhere' });
  });
});
