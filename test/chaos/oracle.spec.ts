// The oracle of the storm, shown ledgers that nobody could have had: whatever a broken control plane or server would leave
// behind must be found, and what a fault explains must not be.
import { describe, expect, it } from 'vitest';
import type { Effect } from './appending-capability.ts';
import type { Accepted } from './operator.ts';
import {
  hasEnded,
  isCarriedOut,
  isSettled,
  judgeLook,
  type Ending,
  type Look,
  type Outage,
  type Task,
} from './oracle.ts';

const SERVERS = ['fra', 'ams'];
const CLEAN = { unfinished: [], failed: [], lost: [], doubled: [], excused: [] };

const block = (operationId: string, range: string, servers: readonly string[] = SERVERS): Accepted => ({
  operationId,
  kind: 'block',
  range,
  servers,
  at: 0,
});
const lift = (operationId: string, range: string): Accepted => ({ ...block(operationId, range), kind: 'lift' });

const ending = (type: string, at: number, code: string | null = null): Ending => ({
  type: `operations.Task${type}`,
  at,
  code,
  reason: null,
});
const task = (operationId: string, serverId: string, requestedAt: number, ...endings: Ending[]): Task => ({
  taskId: `${operationId}-${serverId}`,
  operationId,
  serverId,
  lane: 'guard',
  requestedAt,
  endings,
});
const onAll = (operationId: string, requestedAt: number, ...endings: Ending[]): Task[] =>
  SERVERS.map((server) => task(operationId, server, requestedAt, ...endings));

const added = (operationId: string, server: string, range: string): Effect[] => [
  { t: 'run', task: `${operationId}-${server}`, name: 'bans.apply@1' },
  { t: 'add', task: `${operationId}-${server}`, id: `block of ${range}`, range },
];
const removed = (operationId: string, server: string, range: string): Effect[] => [
  { t: 'run', task: `${operationId}-${server}`, name: 'bans.apply@1' },
  { t: 'remove', task: `${operationId}-${server}`, id: `block of ${range}` },
];
const files = (lines: (server: string) => Effect[]): Look['effects'] =>
  new Map(SERVERS.map((server) => [server, lines(server)]));

/** One block, asked for at 100 and carried out at 200 by both servers. */
const GOOD: Look = {
  accepted: [block('one', '198.18.0.1')],
  tasks: onAll('one', 100, ending('Succeeded', 200)),
  effects: files((server) => added('one', server, '198.18.0.1')),
  outages: [],
};
const outage = (server: string, cause: Outage['cause'], from: number, to: number): Outage => ({
  server,
  cause,
  from,
  to,
});

describe('what must be found', () => {
  it('nothing, where all went well', () => {
    expect(judgeLook(GOOD)).toEqual(CLEAN);
    expect(isSettled(GOOD)).toBe(true);
  });

  it('every task fails, and nothing is held', () => {
    const look = { ...GOOD, tasks: onAll('one', 100, ending('Failed', 200, 'broken')), effects: files(() => []) };
    const verdict = judgeLook(look);
    expect(verdict.failed).toEqual([
      'TaskFailed of task one-fra (operation one) on fra, broken',
      'TaskFailed of task one-ams (operation one) on ams, broken',
    ]);
    expect(verdict.lost).toEqual(['198.18.0.1 is not held on fra', '198.18.0.1 is not held on ams']);
    expect(isSettled(look)).toBe(false);
  });

  it.each(['Failed', 'Expired', 'Cancelled', 'SigningRefused'])(
    'a task ends with %s on a server that was there all the time, although its block is held',
    (type) => {
      const verdict = judgeLook({ ...GOOD, tasks: onAll('one', 100, ending(type, 200)) });
      expect(verdict).toMatchObject({ excused: [], lost: [] });
      expect(verdict.failed).toHaveLength(2);
    },
  );

  it.each([
    ['before it was asked for', outage('fra', 'network', 10, 99)],
    ['after it had ended', outage('fra', 'network', 201, 300)],
    ['on another server', outage('ams', 'network', 10, 300)],
  ])('a task expires, and its server was away only %s', (_, away) => {
    const tasks = [task('one', 'fra', 100, ending('Expired', 200)), task('one', 'ams', 100, ending('Succeeded', 200))];
    expect(judgeLook({ ...GOOD, tasks, outages: [away] }).failed).toEqual([
      'TaskExpired of task one-fra (operation one) on fra',
    ]);
  });

  it.each([
    ['a network that was cut makes no task fail', 'network', 'Failed', 'not-verified'],
    ['a killed agent does not refuse', 'process', 'Failed', 'sequence'],
    ['a killed agent breaks no effect', 'process', 'Failed', 'broken'],
    ['a change that does not fit is no matter of the disk', 'disk', 'Failed', 'gap'],
    ['a fault of a server does not hinder the signer', 'process', 'SigningRefused', null],
  ] as const)('%s', (_, cause, type, code) => {
    const tasks = onAll('one', 100, ending(type, 200, code));
    const outages = SERVERS.map((server) => outage(server, cause, 0, 300));
    expect(judgeLook({ ...GOOD, tasks, outages }).failed).toHaveLength(2);
  });

  it('an action without a task, and a task without an end', () => {
    const tasks = [task('one', 'fra', 100)];
    const look = { ...GOOD, tasks };
    expect(judgeLook(look).unfinished).toEqual([
      '198.18.0.1 (operation one) has not ended on fra',
      '198.18.0.1 (operation one) has not ended on ams',
      'task one-fra has not ended',
    ]);
    expect(isSettled(look)).toBe(false);
  });

  it('a block that succeeded and is not there: never was, or is no longer', () => {
    const effects = files((server) =>
      server === 'fra' ? [] : [...added('one', server, '198.18.0.1'), ...removed('x', server, '198.18.0.1')],
    );
    expect(judgeLook({ ...GOOD, effects }).lost).toEqual([
      '198.18.0.1 succeeded on fra and was never there',
      '198.18.0.1 is not held on fra',
      '198.18.0.1 is not held on ams',
    ]);
  });

  it('a block that a fault took and that nothing brought back', () => {
    const tasks = onAll('one', 100, ending('Failed', 200, 'not-verified'));
    const outages = SERVERS.map((server) => outage(server, 'process', 0, 300));
    const verdict = judgeLook({ ...GOOD, tasks, outages, effects: files(() => []) });
    expect(verdict).toMatchObject({
      failed: [],
      lost: ['198.18.0.1 is not held on fra', '198.18.0.1 is not held on ams'],
    });
    expect(verdict.excused).toHaveLength(2);
  });

  it('a lifted block that is still there, and one that was never there before it was lifted', () => {
    const accepted = [...GOOD.accepted, lift('two', '198.18.0.1')];
    const tasks = [...GOOD.tasks, ...onAll('two', 300, ending('Succeeded', 400))];
    const effects = files((server) => (server === 'fra' ? added('one', server, '198.18.0.1') : []));
    expect(judgeLook({ ...GOOD, accepted, tasks, effects }).lost).toEqual([
      '198.18.0.1 succeeded on ams and was never there',
      '198.18.0.1 is held on fra, and nobody wants it there any more',
    ]);
  });

  it('a block on a server that it was not meant for', () => {
    const accepted = [block('one', '198.18.0.1', ['fra'])];
    const tasks = [task('one', 'fra', 100, ending('Succeeded', 200))];
    expect(judgeLook({ ...GOOD, accepted, tasks }).lost).toEqual([
      '198.18.0.1 is held on ams, and nobody wants it there any more',
    ]);
  });

  it('whatever was done twice', () => {
    const twice = onAll('one', 100, ending('Succeeded', 200), ending('Failed', 210));
    expect(judgeLook({ ...GOOD, tasks: twice }).doubled).toEqual([
      'task one-fra ended 2 times',
      'task one-ams ended 2 times',
    ]);
    const effects = files((server) =>
      server === 'fra' ? [...added('one', server, '198.18.0.1'), ...added('one', server, '198.18.0.1')] : [],
    );
    const { doubled } = judgeLook({ ...GOOD, effects });
    expect(doubled).toEqual([
      '198.18.0.1 is held 2 times on fra',
      'task one-fra ran twice on fra',
      '198.18.0.1 was added twice on fra (task one-fra)',
    ]);
  });
});

describe('what a fault explains', () => {
  const later = ['two', 'three', 'four'];
  const accepted = [...GOOD.accepted, ...later.map((id, index) => block(id, `198.18.0.${index + 2}`, ['fra']))];
  const effects = files((server) =>
    accepted.filter((one) => one.servers.includes(server)).flatMap((one) => added(one.operationId, server, one.range)),
  );
  const [, ams = task('one', 'ams', 100)] = GOOD.tasks;
  const outages = [outage('fra', 'process', 120, 130)];
  const look = (...tasks: Task[]): Look => ({ accepted, tasks: [ams, ...tasks], effects, outages });

  it('an interrupted task, and what does not fit behind it until a snapshot made it good', () => {
    const verdict = judgeLook(
      look(
        task('one', 'fra', 100, ending('Failed', 200, 'not-verified')),
        task('two', 'fra', 150, ending('Failed', 210, 'gap')),
        task('three', 'fra', 160, ending('Failed', 220, 'gap')),
        task('resync', 'fra', 211, ending('Succeeded', 230)),
        task('four', 'fra', 240, ending('Succeeded', 250)),
      ),
    );
    expect(verdict).toMatchObject({ ...CLEAN, excused: [expect.anything(), expect.anything(), expect.anything()] });
  });

  it('not what fails once the chain was mended', () => {
    const verdict = judgeLook(
      look(
        task('one', 'fra', 100, ending('Failed', 200, 'not-verified')),
        task('resync', 'fra', 211, ending('Succeeded', 230)),
        task('two', 'fra', 240, ending('Failed', 250, 'gap')),
        task('three', 'fra', 260, ending('Succeeded', 270)),
        task('four', 'fra', 280, ending('Succeeded', 290)),
      ),
    );
    expect(verdict.failed).toEqual(['TaskFailed of task two-fra (operation two) on fra, gap']);
    expect(verdict.excused).toHaveLength(1);
  });

  it('a task that expired while its server was away', () => {
    const tasks = [ams, task('one', 'fra', 100, ending('Expired', 200))];
    const verdict = judgeLook({ ...GOOD, tasks, outages: [outage('fra', 'network', 90, 300)] });
    expect(verdict).toMatchObject({ ...CLEAN, excused: ['TaskExpired of task one-fra (operation one) on fra'] });
  });
});

describe('recovered', () => {
  const [probe = block('one', '')] = GOOD.accepted;

  it('is a probe that succeeded everywhere and is held once', () => {
    expect(isCarriedOut(GOOD, probe)).toBe(true);
  });

  it.each([
    ['failed everywhere', { ...GOOD, tasks: onAll('one', 100, ending('Failed', 200, 'broken')) }],
    ['expired on a server', { ...GOOD, tasks: [...GOOD.tasks.slice(1), task('one', 'fra', 1, ending('Expired', 2))] }],
    ['ended twice', { ...GOOD, tasks: onAll('one', 100, ending('Succeeded', 200), ending('Succeeded', 201)) }],
    ['succeeded and is not held on a server', { ...GOOD, effects: new Map([...GOOD.effects].slice(1)) }],
    [
      'is held twice',
      {
        ...GOOD,
        effects: files((server) => [...added('one', server, probe.range), ...added('x', server, probe.range)]),
      },
    ],
  ])('is no probe that %s', (_, look: Look) => {
    expect(hasEnded(look, probe)).toBe(true);
    expect(isCarriedOut(look, probe)).toBe(false);
  });

  it('is no probe that has no task on a server yet', () => {
    const look = { ...GOOD, tasks: GOOD.tasks.slice(1) };
    expect([hasEnded(look, probe), isCarriedOut(look, probe)]).toEqual([false, false]);
  });
});
