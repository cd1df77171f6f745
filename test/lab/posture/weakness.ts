// What is planted and taken away again.

export interface Weakness {
  readonly check: string;
  /** Part of the finding's subject or evidence, so that the right one is found. */
  readonly shows: string;
  readonly plant: string;
  readonly remove: string;
}

/** Where the root helper keeps what probes write down. */
export const KEPT = '/var/lib/muster-privd/posture';
