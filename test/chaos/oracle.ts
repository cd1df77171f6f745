// What one look at an installation means. Pure: what was promised, what the ledger says, what stands in the servers' files
// and which faults hit which server go in; sentences about what is wrong come out.
import type { Effect } from './appending-capability.ts';
import type { Accepted } from './operator.ts';

/** What may end a task. TaskFoundDone only follows a restore. */
export const ENDINGS = [
  'operations.TaskSucceeded',
  'operations.TaskFoundDone',
  'operations.TaskFailed',
  'operations.TaskExpired',
  'operations.TaskCancelled',
  'operations.TaskSigningRefused',
] as const;
const SUCCESSES: readonly string[] = ['operations.TaskSucceeded', 'operations.TaskFoundDone'];

export interface Ending {
  /** Of the event. */
  readonly type: string;
  /** Milliseconds since 1970, as all times here. */
  readonly at: number;
  /** The receipt's code of a failure, e.g. `gap`; null without a receipt. */
  readonly code: string | null;
  readonly reason: string | null;
}

export interface Task {
  readonly taskId: string;
  readonly operationId: string;
  readonly serverId: string;
  readonly lane: string;
  readonly requestedAt: number;
  /** In the order of the stream; more than one is wrong. */
  readonly endings: readonly Ending[];
}

export type Cause = 'process' | 'network' | 'disk';

/** A server was hit by a fault of the run's own. */
export interface Outage {
  readonly server: string;
  readonly cause: Cause;
  readonly from: number;
  readonly to: number;
}

export interface Look {
  readonly accepted: readonly Accepted[];
  readonly tasks: readonly Task[];
  /** The lines of each server's file. */
  readonly effects: ReadonlyMap<string, readonly Effect[]>;
  readonly outages: readonly Outage[];
}

export interface Verdict {
  /** Accepted actions for which a server has no task, or a task that has not ended. */
  readonly unfinished: string[];
  /** Tasks that ended without success on a server that no fault hit before they ended. */
  readonly failed: string[];
  /** Blocks that stand and are not held on a server, whatever the ledger says of their tasks. */
  readonly lost: string[];
  /** Carried out, ended or held more than once, or held without anybody wanting it. */
  readonly doubled: string[];
  /** Tasks that ended without success because of a fault: told, and not wrong. What they were to do must be held nevertheless. */
  readonly excused: string[];
}

/**
 * Which codes a fault that hit the server itself explains. An interrupted task is looked after and never run a second time
 * blindly (`not-verified`); on a full disk the effect itself cannot be written (`broken`).
 */
const FAILURES_OF: Readonly<Record<Cause, readonly string[]>> = {
  process: ['not-verified'],
  disk: ['not-verified', 'broken'],
  network: [],
};

export function judgeLook(look: Look): Verdict {
  return {
    unfinished: unfinishedOf(look),
    ...failuresOf(look),
    lost: lostOf(look),
    doubled: doubledOf(look),
  };
}

/** Every accepted action has ended everywhere and its state is there: nothing is left to wait for. */
export const isSettled = (look: Look): boolean => unfinishedOf(look).length + lostOf(look).length === 0;

/** The tasks of an action have all ended, one way or another. */
export function hasEnded({ tasks }: Look, { operationId, servers }: Accepted): boolean {
  return servers.every((server) => {
    const mine = tasks.filter((task) => task.operationId === operationId && task.serverId === server);
    return mine.length > 0 && mine.every((task) => task.endings.length > 0);
  });
}

/** A block did what it was asked for: it succeeded once on each of its servers, and each holds it exactly once. */
export function isCarriedOut({ tasks, effects }: Look, { operationId, range, servers }: Accepted): boolean {
  return servers.every((server) => {
    const mine = tasks.filter((task) => task.operationId === operationId && task.serverId === server);
    const succeeded = mine.every(({ endings: [first, ...more] }) => isSuccess(first) && more.length === 0);
    return mine.length > 0 && succeeded && heldBy(effects.get(server) ?? []).get(range) === 1;
  });
}

const isSuccess = (ending: Ending | undefined): boolean => ending !== undefined && SUCCESSES.includes(ending.type);

function unfinishedOf({ accepted, tasks }: Look): string[] {
  const ended = new Set(
    tasks.filter((task) => task.endings.length > 0).map((task) => `${task.operationId} ${task.serverId}`),
  );
  const open = tasks.filter((task) => task.endings.length === 0).map((task) => `task ${task.taskId} has not ended`);
  const missing = accepted.flatMap(({ operationId, servers, range }) =>
    servers
      .filter((server) => !ended.has(`${operationId} ${server}`))
      .map((server) => `${range} (operation ${operationId}) has not ended on ${server}`),
  );
  return [...missing, ...open];
}

function failuresOf({ tasks, outages }: Look): Pick<Verdict, 'failed' | 'excused'> {
  const failed: string[] = [];
  const excused: string[] = [];
  for (const lane of Map.groupBy(tasks, ({ serverId, lane }) => `${serverId} ${lane}`).values()) {
    // Each change starts where the one before it ended: after one that a fault took, the next ones do not fit, until one
    // (the snapshot that answers them) succeeds.
    let broken = false;
    for (const task of lane.toSorted((a, b) => a.requestedAt - b.requestedAt)) {
      const [ending] = task.endings;
      if (ending === undefined) continue;
      if (isSuccess(ending)) {
        broken = false;
        continue;
      }
      const byFault = outages.some((outage) => explains(outage, task, ending));
      const follows = broken && ending.type === 'operations.TaskFailed' && ending.code === 'gap';
      broken ||= byFault;
      (byFault || follows ? excused : failed).push(sentenceOf(task, ending));
    }
  }
  return { failed, excused };
}

function explains(outage: Outage, task: Task, ending: Ending): boolean {
  if (outage.server !== task.serverId || outage.to < task.requestedAt || outage.from > ending.at) return false;
  if (ending.type === 'operations.TaskExpired') return true;
  return ending.type === 'operations.TaskFailed' && FAILURES_OF[outage.cause].includes(ending.code ?? '');
}

function sentenceOf({ taskId, serverId, operationId }: Task, { type, code, reason }: Ending): string {
  const why = [code, reason].filter((part) => part !== null).join(': ');
  return `${type.replace(/^operations\./, '')} of task ${taskId} (operation ${operationId}) on ${serverId}${why === '' ? '' : `, ${why}`}`;
}

/** Per server, the ranges that must be held. */
function wantedOf(accepted: readonly Accepted[]): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>();
  const lifted = new Set(accepted.filter(({ kind }) => kind === 'lift').map(({ range }) => range));
  for (const { kind, range, servers } of accepted) {
    if (kind === 'lift' || lifted.has(range)) continue;
    for (const server of servers) wanted.set(server, (wanted.get(server) ?? new Set()).add(range));
  }
  return wanted;
}

/** How many blocks of each range a file leaves standing; ranges with none are left out. */
function heldBy(effects: readonly Effect[]): Map<string, number> {
  const ranges = new Map<string, string>();
  const held = new Map<string, number>();
  for (const line of effects) {
    if (line.t === 'add') ranges.set(line.id, line.range);
    const range = line.t === 'add' || line.t === 'remove' ? ranges.get(line.id) : undefined;
    if (range === undefined) continue;
    const many = (held.get(range) ?? 0) + (line.t === 'add' ? 1 : -1);
    if (many === 0) held.delete(range);
    else held.set(range, many);
  }
  return held;
}

function lostOf(look: Look): string[] {
  const { accepted, effects } = look;
  const wanted = wantedOf(accepted);
  const servers = new Set([...wanted.keys(), ...effects.keys()]);
  const amiss = [...servers].flatMap((server) => {
    const held = heldBy(effects.get(server) ?? []);
    const mine = wanted.get(server) ?? new Set();
    const missing = [...mine].filter((range) => (held.get(range) ?? 0) < 1);
    const left = [...held.keys()].filter((range) => !mine.has(range));
    return [
      ...missing.map((range) => `${range} is not held on ${server}`),
      ...left.map((range) => `${range} is held on ${server}, and nobody wants it there any more`),
    ];
  });
  return [...neverThereOf(look), ...amiss];
}

/** Blocks that succeeded by the ledger and of which a server's file knows nothing, lifted meanwhile or not. */
function neverThereOf({ accepted, tasks, effects }: Look): string[] {
  const succeeded = new Set(
    tasks.filter(({ endings: [first] }) => isSuccess(first)).map((task) => `${task.operationId} ${task.serverId}`),
  );
  const added = new Set(
    [...effects].flatMap(([server, lines]) =>
      lines.flatMap((line) => (line.t === 'add' ? [`${line.range} ${server}`] : [])),
    ),
  );
  return accepted.flatMap(({ operationId, kind, range, servers }) =>
    servers
      .filter(
        (server) => kind === 'block' && succeeded.has(`${operationId} ${server}`) && !added.has(`${range} ${server}`),
      )
      .map((server) => `${range} succeeded on ${server} and was never there`),
  );
}

function doubledOf({ tasks, effects }: Look): string[] {
  const doubled = tasks
    .filter((task) => task.endings.length > 1)
    .map((task) => `task ${task.taskId} ended ${task.endings.length} times`);
  for (const [server, lines] of effects) {
    for (const [range, times] of heldBy(lines)) {
      if (times > 1) doubled.push(`${range} is held ${times} times on ${server}`);
    }
    doubled.push(...repeatsOf(server, lines));
  }
  return doubled;
}

/** No task runs twice on a server, and nothing is added that is held already. */
function repeatsOf(server: string, lines: readonly Effect[]): string[] {
  const repeats: string[] = [];
  const runs = new Set<string>();
  const held = new Set<string>();
  for (const line of lines) {
    if (line.t === 'run') {
      if (runs.has(line.task)) repeats.push(`task ${line.task} ran twice on ${server}`);
      runs.add(line.task);
    }
    if (line.t === 'add') {
      if (held.has(line.id)) repeats.push(`${line.range} was added twice on ${server} (task ${line.task})`);
      held.add(line.id);
    }
    if (line.t === 'remove') held.delete(line.id);
  }
  return repeats;
}
