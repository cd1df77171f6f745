// What a review asks about. Domains say here which things of theirs need a look and how one is ended; a review knows
// nothing else of them. Accounts and grants are access's; whatever else gives access joins the list.
import type { ReviewedKind, ReviewFact } from '@muster/contracts/reviews';
import type { RequestContext } from '../../platform/cqrs/principal.ts';

export interface Found {
  readonly thingId: string;
  readonly holderId: string;
  readonly facts: readonly ReviewFact[];
  readonly lastUsedAt: Date | null;
}

export interface Described {
  /** "Operator on the fleet" */
  readonly what: string;
  readonly until: Date | null;
  readonly over: boolean;
}

export interface ReviewSource {
  readonly kind: ReviewedKind;
  /** Only what a fact speaks about. `keptSince`: things that a review kept, and when. */
  find(tenantId: string, now: Date, keptSince: ReadonlyMap<string, Date>): Promise<readonly Found[]>;
  /** What is gone without a trace is left out. */
  describe(thingIds: readonly string[]): Promise<ReadonlyMap<string, Described>>;
  /** Ends it at once; nothing when it is over already. The events that say so. */
  end(thingId: string, reason: string, context: RequestContext): Promise<readonly string[]>;
}

export class ReviewSources {
  readonly #all = new Map<ReviewedKind, ReviewSource>();

  add(source: ReviewSource): void {
    this.#all.set(source.kind, source);
  }

  get all(): readonly ReviewSource[] {
    return [...this.#all.values()];
  }

  of(kind: ReviewedKind): ReviewSource {
    const source = this.#all.get(kind);
    if (!source) throw new Error(`no domain says what a ${kind} is: add it to ReviewSources`);
    return source;
  }
}
