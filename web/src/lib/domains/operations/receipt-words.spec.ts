import { describe, expect, it } from 'vitest';
import { changeWords, evidenceOf } from './receipt-words.ts';

describe('a receipt in words', () => {
  it('says whether the host changed', () => {
    expect(changeWords({ before: 'a', after: 'a', outcome: 'failed' })).toBe('The server is as it was before.');
    expect(changeWords({ before: 'a', after: 'b', outcome: 'succeeded' })).toContain('something else');
    expect(changeWords({ before: null, after: 'b', outcome: 'succeeded' })).toContain('nothing before');
  });
  it('names what was measured and groups hashes', () => {
    expect(
      evidenceOf({
        evidence: { hash: '0123456789abcdef'.repeat(4), table: true, verified: ['203.0.113.77'], fail2ban: null },
      }),
    ).toEqual([
      { label: 'Hash of what nft holds', value: '0123 4567 89ab cdef …' },
      { label: 'Ban table', value: 'there' },
      { label: 'Seen in nft', value: '203.0.113.77' },
      { label: 'fail2ban', value: 'not there' },
    ]);
  });
  it('shows evidence of a newer agent by its own name', () => {
    expect(evidenceOf({ evidence: { somethingNew: 3 } })).toEqual([{ label: 'somethingNew', value: '3' }]);
  });
});
