// One task on one server. Its state is rebuilt from its stream, or read from the row that is written in the same
// transaction as each event; both say the same.
import {
  TaskAccepted,
  TaskCancelled,
  TaskExpired,
  TaskFailed,
  TaskFoundDone,
  TaskOutcomeUnknown,
  TaskReleased,
  TaskRequested,
  TaskSigned,
  TaskSigningRefused,
  TaskStarted,
  TaskSucceeded,
  finalTaskStates,
  type TaskState,
} from '@muster/contracts/operations';

export const taskStream = (taskId: string) => `task-${taskId}`;

export const taskEventTypes = [
  TaskRequested,
  TaskReleased,
  TaskSigned,
  TaskSigningRefused,
  TaskAccepted,
  TaskStarted,
  TaskSucceeded,
  TaskFailed,
  TaskExpired,
  TaskCancelled,
  TaskOutcomeUnknown,
  TaskFoundDone,
] as const;
export type TaskEventType = (typeof taskEventTypes)[number]['type'];

/** The state after an event; null where the event leaves it as it was. */
export const stateAfter: Readonly<Record<TaskEventType, TaskState | null>> = {
  'operations.TaskRequested': 'requested',
  'operations.TaskReleased': 'released',
  'operations.TaskSigned': null,
  'operations.TaskSigningRefused': 'failed',
  'operations.TaskAccepted': 'accepted',
  'operations.TaskStarted': 'running',
  'operations.TaskSucceeded': 'succeeded',
  'operations.TaskFailed': 'failed',
  'operations.TaskExpired': 'expired',
  'operations.TaskCancelled': 'cancelled',
  'operations.TaskOutcomeUnknown': 'unknown',
  'operations.TaskFoundDone': 'succeeded',
};

const OPEN: readonly TaskState[] = ['requested', 'released', 'accepted', 'running', 'unknown'];

/** From which states an event may follow. A receipt may overtake acceptance; nothing follows a final state. */
const follows: Readonly<Record<TaskEventType, readonly TaskState[]>> = {
  'operations.TaskRequested': [],
  'operations.TaskReleased': ['requested'],
  'operations.TaskSigned': ['released'],
  'operations.TaskSigningRefused': ['released'],
  'operations.TaskAccepted': ['released', 'unknown'],
  'operations.TaskStarted': ['released', 'accepted', 'unknown'],
  'operations.TaskSucceeded': ['released', 'accepted', 'running', 'unknown'],
  'operations.TaskFailed': ['released', 'accepted', 'running', 'unknown'],
  'operations.TaskExpired': ['requested', 'released', 'unknown'],
  'operations.TaskCancelled': OPEN,
  'operations.TaskOutcomeUnknown': ['released', 'accepted', 'running'],
  'operations.TaskFoundDone': OPEN,
};

/** False: the event is late or a repeat and must not be recorded. */
export function mayFollow(state: TaskState, event: TaskEventType): boolean {
  return follows[event].includes(state);
}

export const isFinal = (state: TaskState): boolean => finalTaskStates.includes(state);
