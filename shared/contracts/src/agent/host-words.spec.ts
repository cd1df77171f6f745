// What an agent says in its own words, beside the fields that are bounded to a form: nothing of it acts where it is shown.
import { describe, expect, it } from 'vitest';
import { fromAgent, journalEntry, receipt } from './index.ts';

const ACTS = '\u001b]0;owned\u0007\u009b\u202e\u0000';
const SHOWN = '\ufffd]0;owned\ufffd\ufffd\ufffd\ufffd';
const id = '0190b5e2-7a10-7000-8000-00000000c002';
const hash = '0'.repeat(64);
const at = '2026-11-20T13:00:00.000Z';

describe('the words of an agent', () => {
  it('are harmless in a receipt: why, code, and measured fields with their names', () => {
    const said = receipt.parse({
      ...{ v: 1, task: id, server: id, envelope: hash, outcome: 'failed', error: ACTS, code: ACTS },
      ...{ startedAt: at, finishedAt: at, before: null, after: null, evidence: { [ACTS]: [{ deep: ACTS }] } },
    });
    expect(said).toMatchObject({ error: SHOWN, code: SHOWN, evidence: { [SHOWN]: [{ deep: SHOWN }] } });
  });

  it('are harmless in its journal, which is all that knows of a lost action', () => {
    const about = { name: ACTS, lane: 'guard', seq: 1, actor: ACTS, args: hash };
    expect(journalEntry.parse({ task: id, state: 'done', about, at, receipt: null }).about).toMatchObject({
      name: SHOWN,
      actor: SHOWN,
    });
  });

  it('are harmless in a probe’s reading and in an alarm', () => {
    const item = { probe: 'scheduled', at, durationMs: 1, sha256: hash, reading: { paths: [ACTS] }, error: null };
    const body = { kind: 'posture', items: [{ ...item, unreadable: [] }] };
    expect(fromAgent.parse({ t: 'batch', seq: 1, body })).toMatchObject({
      body: { items: [{ reading: { paths: [SHOWN] } }] },
    });
    const alarm = { t: 'fork-alarm', seenSize: 1, seenRoot: hash, note: 'x', why: ACTS };
    expect(fromAgent.parse(alarm)).toMatchObject({ why: SHOWN });
  });
});
