// Domains say here that a topic changed; pages hear it coalesced. A hint carries no data: the page asks again, with its
// own rights.
import type { HintBus } from '../event-store/index.ts';

/** Topic of the hint bus under which live changes travel between processes. */
export const LIVE_CHANGED = 'live.changed';

export interface LiveChange {
  /** e.g. `bans` or `server:<id>` */
  readonly topic: string;
  /** Ledger position that is certainly visible; null for telemetry. */
  readonly position: number | null;
  readonly about: About;
}

/**
 * Whom a change concerns: whoever sees one of these servers or has one of these scopes (`client:<id>`); everybody; or, unless more is said, only those who see the
 * whole fleet. That something happened is already a fact about somebody.
 */
export type About = 'fleet' | 'everybody' | readonly string[];

export class LiveHints {
  constructor(private readonly hints: HintBus) {}

  changed(topic: string, position: number | null = null, about: About = 'fleet'): void {
    this.hints.publish(LIVE_CHANGED, { topic, position, about } satisfies LiveChange);
  }
}
