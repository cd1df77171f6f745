// Kills the process that it runs in at one point between two states of the journal: for good, without a last word, as a
// power cut would.
import type { Journal } from '../../services/node-agent/src/runtime/journal.ts';

export const CRASH_POINTS = [
  'before received',
  'after received',
  'before started',
  'after started',
  'in the effect',
  'before done',
  'after done',
  'before acknowledged',
  'after acknowledged',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

const WATCHED = ['received', 'started', 'done', 'acknowledged'] as const;

export class CrashPoints {
  armed: CrashPoint | undefined;

  pass(point: CrashPoint): void {
    if (this.armed === point) process.kill(process.pid, 'SIGKILL');
  }

  /** The same journal, which passes the points on its way. */
  watch(journal: Journal): Journal {
    return new Proxy(journal, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const method = value.bind(target) as (...args: unknown[]) => unknown;
        const watched = WATCHED.find((one) => one === name);
        if (watched === undefined) return method;
        return async (...args: unknown[]): Promise<unknown> => {
          this.pass(`before ${watched}`);
          const result = await method(...args);
          this.pass(`after ${watched}`);
          return result;
        };
      },
    });
  }
}
