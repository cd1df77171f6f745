// What a task runs: a typed capability of the root helper. It applies desired state, measures the host before and after,
// and can be asked after a crash whether its effect is there.
import type { TaskDefinition } from '@muster/contracts';
import type { z } from 'zod';

export interface Measured {
  /** SHA-256 of what the host really held before and after; null where there was nothing to read. */
  readonly before: string | null;
  readonly after: string | null;
}

export type Outcome =
  | (Measured & { readonly ok: true; readonly evidence: Record<string, z.core.util.JSONType> })
  | (Measured & {
      readonly ok: false;
      /** A word for programs: `gap`, `protected`, `missing-program`, `not-verified`. */
      readonly code: string;
      readonly error: string;
      readonly evidence?: Record<string, z.core.util.JSONType>;
    });

/** Somebody else decides, after this process perhaps: the task stays STARTED and is probed until there is an outcome. */
export const UNDECIDED = { undecided: true } as const;
export type Undecided = typeof UNDECIDED;

export interface CapabilityTask<Args = unknown> {
  readonly definition: TaskDefinition;
  /** May run although the capability only observes: the task that makes it managed. */
  readonly runsInObserve: boolean;
  apply(args: Args): Promise<Outcome | Undecided>;
  /** After a crash between STARTED and DONE: looks at the host, never applies again. */
  probe(args: Args): Promise<Outcome | Undecided>;
}

export interface CapabilityRegistry {
  find(name: string): CapabilityTask | undefined;
  isManaged(capability: string): boolean;
}

/** Ties the argument type to the schema once, so that the registry can hold tasks of every kind. */
export function capabilityTask<Schema extends z.ZodType>(
  definition: TaskDefinition<string, Schema>,
  behaviour: {
    runsInObserve?: boolean;
    apply(args: z.output<Schema>): Promise<Outcome | Undecided>;
    probe(args: z.output<Schema>): Promise<Outcome | Undecided>;
  },
): CapabilityTask {
  return {
    definition,
    runsInObserve: behaviour.runsInObserve ?? false,
    apply: (args) => behaviour.apply(definition.args.parse(args)),
    probe: (args) => behaviour.probe(definition.args.parse(args)),
  };
}
