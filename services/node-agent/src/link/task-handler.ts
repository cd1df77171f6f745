// Who carries tasks out behind a link: the root helper on a real host, a refusal where there is none, a made-up host in a
// simulated fleet.
import type { JournalEntry, Signed, SignedKeyset } from '@muster/contracts/agent';

export interface TaskEvents {
  readonly onStarted: (task: string) => void;
  readonly onReceipt: (task: string, receipt: Signed) => void;
}

export interface TaskState {
  readonly seen: Partial<Record<'guard' | 'change' | 'job', number>>;
  readonly openTasks: readonly string[];
}

export type TaskAnswer =
  { readonly state: 'received' | 'started' } | { readonly state: 'done' | 'refused'; readonly receipt: Signed };

export type CancelAnswer =
  | { readonly state: 'cancelled'; readonly receipt: Signed | null }
  | { readonly state: 'too-late' }
  | { readonly state: 'refused' };

export interface TaskHandler {
  /** Set once by the link that carries for it. */
  events: TaskEvents;
  state(): Promise<TaskState>;
  submit(envelope: Signed): Promise<TaskAnswer>;
  cancel(envelope: Signed): Promise<CancelAnswer>;
  /** Receipts that were not acknowledged yet. */
  receipts(): Promise<readonly { task: string; receipt: Signed }[]>;
  acknowledged(task: string): Promise<void>;
  /** What is remembered of tasks, from an entry on; `next` is null on the last page. */
  journal(from: number): Promise<JournalPage>;
  keyset(keyset: SignedKeyset): Promise<void>;
}

export interface JournalPage {
  readonly entries: JournalEntry[];
  readonly next: number | null;
}

export const NO_EVENTS: TaskEvents = { onStarted: () => undefined, onReceipt: () => undefined };

/** Observes only: there is no root helper, so every task goes unanswered and expires where it was asked for. */
export function observer(onTask: () => void): TaskHandler {
  return {
    events: NO_EVENTS,
    state: () => Promise.resolve({ seen: {}, openTasks: [] }),
    submit: () => {
      onTask();
      return Promise.reject(new Error('This agent only observes'));
    },
    cancel: () => Promise.resolve({ state: 'refused' }),
    receipts: () => Promise.resolve([]),
    acknowledged: () => Promise.resolve(),
    journal: () => Promise.resolve({ entries: [], next: null }),
    keyset: () => Promise.resolve(),
  };
}
