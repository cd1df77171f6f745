import { events, queries } from '@muster/contracts';
import { RevokeGrant } from '@muster/contracts/access';
import type { AuditEntry } from '@muster/contracts/audit';
import { describe, expect, it } from 'vitest';
import { operationTitle } from './en/operations.ts';
import { presenceWord } from './en/states.ts';
import { sentenceOf, sentences } from './en.ts';
import { plain } from './sentence.ts';

function entry(type: string, data: AuditEntry['data'], change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    position: 18166,
    eventId: '0190b5e2-7a10-7000-8000-00000000a009',
    type,
    version: 1,
    class: 'action',
    at: '2026-11-20T02:47:03Z',
    streamId: 's',
    actor: { id: 'p', kind: 'person', name: 'Mara Okafor' },
    data,
    names: {},
    leafHash: '0'.repeat(64),
    ...change,
  };
}

describe('the message catalogue', () => {
  it('has a sentence for every event of the contracts, and none for others', () => {
    expect(Object.keys(sentences).sort()).toEqual(events.map((event) => event.type).sort());
  });

  it.each(events.map((event) => [event.type, event] as const))('says %s without a hole', (type, event) => {
    const sentence = sentenceOf(entry(type, event.example as AuditEntry['data']));
    const text = `${sentence.subject} ${plain(sentence)} ${sentence.aside ?? ''}`;
    expect(plain(sentence).trim()).not.toBe('');
    expect(text).not.toMatch(/undefined|null|NaN|\[object/);
    expect(text).not.toMatch(/sealed:/);
  });

  it('says who, what, where and for how long', () => {
    const group = '0190b5e2-7a10-7000-8000-00000000b003';
    const blocked = entry(
      'bans.AddressBlocked',
      {
        range: '203.0.113.77',
        target: { kind: 'group', groupId: group },
        until: '2026-11-21T02:47:03Z',
        reason: 'root guessing',
      },
      { names: { [group]: 'Frankfurt web' } },
    );
    const sentence = sentenceOf(blocked);
    expect(`${sentence.subject} ${plain(sentence)}`).toBe('Mara Okafor blocked 203.0.113.77 on Frankfurt web for 1 d');
    expect(sentence.aside).toBe('“root guessing”');
  });

  it('says what was refused as the catalogue does, and what was read in words', () => {
    const revoked = sentenceOf(
      entry('audit.CommandRefused', { what: 'access.RevokeGrant', code: 'x', why: 'y', subject: null }),
    );
    expect(plain(revoked)).toBe(`was refused: ${RevokeGrant.sentence.toLowerCase()}`);
    const read = queries
      .filter(({ sensitive }) => sensitive)
      .map(({ name }) => plain(sentenceOf(entry('audit.SensitiveRead', { what: name, subject: null }))));
    expect(read.length).toBeGreaterThan(3);
    expect(read.filter((words) => /\w\.\w/.test(words))).toEqual([]);
  });

  it('names the role that somebody was invited as, where there is one', () => {
    const invited = (role: string) => plain(sentenceOf(entry('access.PersonInvited', { personId: 'x', role })));
    expect([invited('client-admin'), invited('none')]).toEqual([
      'invited somebody as client administrator',
      'invited somebody',
    ]);
  });

  it('survives a closed personal field and a type of a newer control plane', () => {
    expect(sentenceOf(entry('access.SignedIn', { device: null })).subject).toBe('Mara Okafor');
    expect(plain(sentenceOf(entry('firewall.RuleOpened', {})))).toBe('recorded firewall.RuleOpened');
  });

  it('names a rule that acted by itself once', () => {
    const actor = { id: 'policy/bans.converge-servers', kind: 'policy', name: null } as const;
    expect(sentenceOf(entry('access.SignedIn', { device: null }, { actor })).subject).toBe(
      'Policy “bans.converge-servers”',
    );
  });

  it('counts servers by their state', () => {
    expect([1, 2].map((count) => presenceWord('never', count))).toEqual(['has not called yet', 'have not called yet']);
    expect([1, 2].map((count) => presenceWord('silent', count))).toEqual(['silent', 'silent']);
  });

  it('titles operations as people would', () => {
    expect(operationTitle('bans.block', '203.0.113.77', 40)).toBe('Block 203.0.113.77 on 40 servers');
    expect(operationTitle('posture.fix', '', 1)).toBe('posture.fix on 1 server');
  });
});
