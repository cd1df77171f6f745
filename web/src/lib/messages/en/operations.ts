import type { OperationRow } from '@muster/contracts/operations';
import { counted } from '../../platform/quantities.ts';
import { field, figure, nameOf, policyName, quoted, type SentenceWriter } from '../sentence.ts';

/** What an operation is, as a title: "Block 203.0.113.77 on 5 servers". */
export function operationTitle(kind: string, subject: string, servers: number): string {
  const where = counted(servers, 'server');
  switch (kind) {
    case 'bans.block':
      return `Block ${subject} on ${where}`;
    case 'bans.unblock':
      return `Unblock ${subject} on ${where}`;
    case 'bans.unban':
      return `Let ${subject} go on ${where}`;
    case 'bans.protect':
      return `Never block ${subject} on ${where}`;
    case 'bans.unprotect':
      return `No longer protect ${subject} on ${where}`;
    case 'bans.manage':
      return `Change what Muster manages on ${where}: ${subject}`;
    case 'bans.resync':
      return `Bring the whole block list to ${where}`;
    case 'releases.rollout':
      return `Install ${subject} on ${where}`;
    case 'posture.scan':
      return `Look again at ${subject} on ${where}`;
    default:
      return `${subject === '' ? kind : `${kind} of ${subject}`} on ${where}`;
  }
}

/** Who asked: a name, or what acted. */
export function askedByWords({ kind, actor, name }: OperationRow['askedBy']): string {
  if (name !== null) return name;
  switch (kind) {
    case 'person':
      return 'Somebody';
    case 'token':
      return 'A token';
    case 'policy':
      return policyName(actor);
    case 'schedule':
      return `Schedule “${actor}”`;
    case 'break-glass':
      return 'Break-glass access';
    default:
      return 'Muster';
  }
}

/** The verb of an operation's kind, for sentences: "blocking 203.0.113.77". */
function operationVerb(kind: string): string {
  const verbs: Record<string, string> = {
    'bans.block': 'blocking',
    'bans.unblock': 'unblocking',
    'bans.unban': 'letting go',
    'bans.protect': 'protecting',
    'bans.unprotect': 'no longer protecting',
    'bans.manage': 'changing what Muster manages:',
    'releases.rollout': 'installing',
    'posture.scan': 'looking again at',
    'bans.resync': 'bringing the whole block list to',
  };
  return verbs[kind] ?? kind;
}

/** What a task does on its server. */
export function taskWords(task: string): string {
  const words: Record<string, string> = {
    'bans.apply@1': 'change of the ban table',
    'bans.snapshot@1': 'whole ban table',
    'bans.manage@1': 'set-up of the ban table',
    'bans.unban@1': 'release from fail2ban',
    'posture.scan@1': 'scan of its posture',
    'releases.install@1': 'installation of an agent',
  };
  return words[task] ?? task;
}

export const TASK_EVENT_WORDS: Record<string, string> = {
  'operations.TaskRequested': 'Written down, before anything happened',
  'operations.TaskReleased': 'Its turn came: the server is connected',
  'operations.TaskSigned': 'The signer checked it and signed it for this server',
  'operations.TaskSigningRefused': 'The signer refused it',
  'operations.TaskAccepted': 'In the server’s journal',
  'operations.TaskStarted': 'The server began',
  'operations.TaskSucceeded': 'Done and verified on the host; receipt signed',
  'operations.TaskFailed': 'Failed',
  'operations.TaskExpired': 'Its time was over before the server took it',
  'operations.TaskCancelled': 'Cancelled before it took effect',
  'operations.TaskOutcomeUnknown': 'The line was lost; the server is asked what it holds',
  'operations.TaskFoundDone': 'Found done in the server’s journal after a restore',
};

/** The server of a task: named by the entry, else the agent that reported it. */
function task(entry: Parameters<SentenceWriter>[0]): string {
  const reporter = entry.actor.kind === 'agent' ? entry.actor.name : null;
  return nameOf(entry, 'serverId', nameOf(entry, 'taskId', reporter ?? 'A server'));
}

export const operationSentences: Record<string, SentenceWriter> = {
  'operations.OperationRequested': (entry) => ({
    words: [
      `asked for ${operationVerb(field(entry, 'kind'))} `,
      { mono: field(entry, 'subject') },
      ` on ${counted(figure(entry, 'servers'), 'server')}`,
    ],
  }),
  'operations.OperationCancelRequested': () => ({ words: ['cancelled what had not finished of an operation'] }),
  'operations.OperationFinished': (entry) => {
    const parts = (['succeeded', 'failed', 'expired', 'cancelled', 'unknown'] as const)
      .filter((state) => figure(entry, state) > 0)
      .map((state) => `${figure(entry, state)} ${state}`);
    const clean = figure(entry, 'failed') + figure(entry, 'expired') + figure(entry, 'unknown') === 0;
    return {
      subject: 'An operation',
      words: [`finished: ${parts.join(', ') || 'it had no server'}`],
      glyph: clean ? { name: 'ok', label: 'Succeeded' } : { name: 'fail', label: 'Not everywhere' },
    };
  },
  'operations.TaskRequested': (entry) => ({
    words: [`wrote down a ${taskWords(field(entry, 'task'))} for `, { bold: task(entry) }],
    aside: figure(entry, 'attempt') > 1 ? `attempt ${figure(entry, 'attempt')}` : undefined,
  }),
  'operations.TaskReleased': (entry) => ({ words: ['released a task to ', { bold: task(entry) }] }),
  'operations.TaskSigned': (entry) => ({ subject: 'Signer', words: ['signed a task for ', { bold: task(entry) }] }),
  'operations.TaskSigningRefused': (entry) => ({
    subject: 'Signer',
    words: ['refused a task for ', { bold: task(entry) }],
    aside: field(entry, 'reason'),
    glyph: { name: 'lock', label: 'Refused' },
  }),
  'operations.TaskAccepted': (entry) => ({ subject: task(entry), words: ['took a task into its journal'] }),
  'operations.TaskStarted': (entry) => ({ subject: task(entry), words: ['began a task'] }),
  'operations.TaskSucceeded': (entry) => ({
    subject: task(entry),
    words: ['did its task'],
    aside: 'before and after hashes, signed by the agent',
    glyph: { name: 'ok', label: 'Succeeded' },
  }),
  'operations.TaskFailed': (entry) => ({
    subject: task(entry),
    words: ['could not do its task'],
    aside: quoted(field(entry, 'error')),
    glyph: { name: 'fail', label: 'Failed' },
  }),
  'operations.TaskExpired': (entry) => ({
    subject: task(entry),
    words: ['did not take its task in time'],
    glyph: { name: 'fail', label: 'Failed' },
  }),
  'operations.TaskCancelled': (entry) => ({
    subject: task(entry),
    words: ['had its task cancelled'],
    aside: 'it took no effect',
  }),
  'operations.TaskOutcomeUnknown': (entry) => ({
    subject: task(entry),
    words: ['took a task and then went silent'],
    aside: 'it is asked again what it holds',
    glyph: { name: 'unknown', label: 'Not known' },
  }),
  'operations.TaskFoundDone': (entry) => ({
    subject: task(entry),
    words: ['had done its task after the backup that was restored'],
    aside: 'found in its journal, signed by the agent',
    glyph: { name: 'ok', label: 'Succeeded' },
  }),
  'operations.SequenceFloorRaised': (entry) => ({
    subject: task(entry),
    words: [`had seen task numbers up to ${figure(entry, 'to')}; they go on above`],
  }),
  'operations.DispatchHeld': (entry) => ({
    words: ['restored a backup; nothing is sent until servers have shown their journals'],
    aside: `epoch ${figure(entry, 'epoch')} of the ledger`,
    glyph: { name: 'lock', label: 'Held' },
  }),
  'operations.JournalCollected': (entry) => ({
    subject: task(entry),
    words: [
      `showed its journal: ${counted(figure(entry, 'entries'), 'task')}, ${figure(entry, 'lost')} not known here`,
    ],
  }),
  'operations.LostActionFound': (entry) => ({
    subject: task(entry),
    words: ['was given a task that the restored database does not know'],
    glyph: { name: 'unknown', label: 'Lost' },
  }),
  'operations.DispatchStopped': (entry) => ({
    words: ['stopped everything: nothing more is sent to any server'],
    ...(quoted(field(entry, 'reason')) === undefined ? {} : { aside: `“${field(entry, 'reason')}”` }),
    glyph: { name: 'paused', label: 'Stopped' },
  }),
  'operations.StopLifted': (entry) => ({
    words: ['lifted the stop: tasks are sent again'],
    ...(quoted(field(entry, 'reason')) === undefined ? {} : { aside: `“${field(entry, 'reason')}”` }),
  }),
  'operations.DispatchResumed': (entry) => ({
    words: [
      `sends tasks again: ${figure(entry, 'collected')} of ${counted(figure(entry, 'servers'), 'server')} answered`,
    ],
    aside: figure(entry, 'lost') > 0 ? `${counted(figure(entry, 'lost'), 'action')} lost` : undefined,
  }),
};
