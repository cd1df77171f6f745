// What is open on one server. Judged anew as often as somebody likes: only what is different becomes an event. Pure.
import {
  CoverageChanged,
  FindingChanged,
  FindingClosed,
  FindingOpened,
  type ProbeReport,
} from '@muster/contracts/posture';
import { canonicalText } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import type { ApprovedFailure } from '@muster/posture/approved';
import type { CheckResult } from '@muster/posture/judge';
import { z } from 'zod';
import { eventOf } from '../../platform/cqrs/recorder.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';

export const postureStream = (serverId: string) => `posture-${serverId}`;
/** The same thing wrong again is the same finding again. */
export const findingId = (serverId: string, checkId: string, subject: string | null) =>
  derivedId('posture.finding', serverId, checkId, subject ?? '');

export const serverPosture = z.strictObject({
  version: z.number(),
  /** Open findings: which check, and the hash of their evidence. */
  open: z.record(z.string(), z.strictObject({ checkId: z.string(), evidenceHash: z.string() })),
  coverage: z.string(),
});
export type ServerPosture = z.infer<typeof serverPosture>;

/** No coverage has an empty hash: the first judgement always says what was asked. */
export const neverJudged: ServerPosture = { version: 0, open: {}, coverage: '' };

export type PostureFact =
  | { readonly type: 'posture.FindingOpened'; readonly data: z.output<typeof FindingOpened.schema> }
  | { readonly type: 'posture.FindingChanged'; readonly data: z.output<typeof FindingChanged.schema> }
  | { readonly type: 'posture.FindingClosed'; readonly data: z.output<typeof FindingClosed.schema> }
  | { readonly type: 'posture.CoverageChanged'; readonly data: z.output<typeof CoverageChanged.schema> };

export function evolve(state: ServerPosture, fact: PostureFact): ServerPosture {
  const version = state.version + 1;
  switch (fact.type) {
    case 'posture.FindingOpened':
    case 'posture.FindingChanged': {
      const { findingId: id, checkId, evidenceHash } = fact.data;
      return { ...state, version, open: { ...state.open, [id]: { checkId, evidenceHash } } };
    }
    case 'posture.FindingClosed': {
      const { [fact.data.findingId]: _closed, ...open } = state.open;
      return { ...state, version, open };
    }
    case 'posture.CoverageChanged':
      return { ...state, version, coverage: coverageHash(fact.data) };
  }
}

export const postureFrom = (events: readonly Pick<StoredEvent, 'type' | 'data'>[]): ServerPosture =>
  events.reduce((state, event) => evolve(state, factOf(event)), neverJudged);

export function factOf(event: Pick<StoredEvent, 'type' | 'data'>): PostureFact {
  switch (event.type) {
    case 'posture.FindingOpened':
      return { type: event.type, data: FindingOpened.schema.parse(event.data) };
    case 'posture.FindingChanged':
      return { type: event.type, data: FindingChanged.schema.parse(event.data) };
    case 'posture.FindingClosed':
      return { type: event.type, data: FindingClosed.schema.parse(event.data) };
    case 'posture.CoverageChanged':
      return { type: event.type, data: CoverageChanged.schema.parse(event.data) };
  }
  throw new Error(`${event.type} does not belong to a server's posture`);
}

export interface Judged {
  readonly serverId: string;
  readonly results: readonly CheckResult[];
  readonly policy: number;
  readonly now: Date;
  /** It is looked at for the first time: what is found was there before us. */
  readonly intake?: boolean;
}

/**
 * An open finding whose check cannot be answered now stays open: not knowing closes nothing. Neither does a check that
 * found more than it tells: what is not among them may be there still.
 */
export function decide(state: ServerPosture, { serverId, results, policy, now, intake = false }: Judged): NewEvent[] {
  const events: NewEvent[] = [];
  const left = new Map(Object.entries(state.open));
  for (const { check, state: answer, why: untold, failures, approved, observedAt } of results) {
    const by = { policy, observedAt: observedAt ?? now.toISOString() };
    const mine = [...left].filter(([, finding]) => finding.checkId === check.id);
    for (const [id] of mine) left.delete(id);
    // What somebody answers for is known, whatever else is not.
    const approvals = new Map(approved.map((one) => [findingId(serverId, check.id, one.subject), one]));
    if (answer === 'unknown' || answer === 'error') {
      for (const [id] of mine) {
        const approval = approvals.get(id);
        if (approval !== undefined)
          events.push(closed({ serverId, findingId: id, checkId: check.id, ...by }, approval));
      }
      continue;
    }
    const found = new Set<string>();
    for (const { subject, evidence, evidenceHash } of failures) {
      const id = findingId(serverId, check.id, subject);
      if (found.has(id)) continue;
      found.add(id);
      const common = {
        findingId: id,
        serverId,
        checkId: check.id,
        severity: check.severity,
        evidence,
        evidenceHash,
        ...by,
      };
      const before = state.open[id];
      if (before === undefined) {
        events.push(
          eventOf(FindingOpened, {
            ...common,
            subject,
            area: check.area,
            ...(intake ? { intake: true as const } : {}),
          }),
        );
      } else if (before.evidenceHash !== evidenceHash) events.push(eventOf(FindingChanged, common));
    }
    const why = answer === 'not-applicable' ? 'not-applicable' : 'passed';
    for (const [id] of mine) {
      const about = { serverId, findingId: id, checkId: check.id, ...by };
      const how = approvals.get(id) ?? (answer === 'fail' && untold !== null ? null : why);
      if (!found.has(id) && how !== null) events.push(closed(about, how));
    }
  }
  // Of checks that the catalogue no longer has.
  const by = { policy, observedAt: now.toISOString() };
  for (const [id, { checkId }] of left) {
    events.push(closed({ serverId, findingId: id, checkId, ...by }, 'not-applicable'));
  }
  const coverage = { asked: askedBy(results), uncovered: uncoveredBy(results) };
  if (coverageHash(coverage) !== state.coverage)
    events.push(eventOf(CoverageChanged, { serverId, ...coverage, ...by }));
  return events;
}

type Closed = z.output<typeof FindingClosed.schema>;

/** A finding holds as many items as one approval may name. */
const MOST_ITEMS = 100;

function closed(about: Omit<Closed, 'why' | 'approval'>, how: 'passed' | 'not-applicable' | ApprovedFailure): NewEvent {
  if (typeof how === 'string') return eventOf(FindingClosed, { ...about, why: how });
  const { owner, approvedAt, reviewAt } = how.approval;
  const approval = { kind: how.kind, items: how.items.slice(0, MOST_ITEMS), owner, approvedAt, reviewAt };
  return eventOf(FindingClosed, { ...about, why: 'approved', approval });
}

type Coverage = Pick<z.output<typeof CoverageChanged.schema>, 'asked' | 'uncovered'>;

function askedBy(results: readonly CheckResult[]): Coverage['asked'] {
  const byArea = Map.groupBy(results, ({ check }) => check.area);
  return Object.fromEntries([...byArea].map(([area, of]) => [area, of.map(({ check }) => check.id).sort()]));
}

function uncoveredBy(results: readonly CheckResult[]): Coverage['uncovered'] {
  return results.flatMap(({ check, state, why }) => {
    const said = { checkId: check.id, why: (why ?? '').slice(0, 300) };
    if (state === 'unknown' || state === 'error' || state === 'not-applicable') return [{ ...said, state }];
    // Of a failure that is not told whole, the rest is not known.
    return state === 'fail' && why !== null ? [{ ...said, state: 'unknown' as const }] : [];
  });
}

function coverageHash({ asked = {}, uncovered }: Coverage): string {
  return sha256Hex(
    canonicalText({ asked, uncovered: uncovered.toSorted((a, b) => a.checkId.localeCompare(b.checkId)) }),
  );
}

/** The newest report of each probe. */
export const reportsByProbe = (reports: readonly ProbeReport[]): ReadonlyMap<string, ProbeReport> =>
  new Map(reports.map((report) => [report.probe, report]));
