// Collects concurrent appends into one transaction. While one group is on its way to the disk the next one fills up,
// so a lone append never waits for company and thirty-two at once share one commit.
export interface Groupable {
  /** Two items with a key in common never travel in one group. */
  readonly keys: readonly string[];
}

export interface GroupCommitOptions {
  /** Items in one transaction at most. */
  largestGroup: number;
  /** A crowd is not shared out over several transactions below this: each costs as much as some five items. */
  smallestShare: number;
  /** Transactions on their way at the same time at most. */
  inFlight: number;
  /** Items that may wait; one more is refused, so that a slow disk is felt and not hidden. */
  queueLimit: number;
}

export const GROUP_COMMIT_DEFAULTS: GroupCommitOptions = {
  largestGroup: 64,
  smallestShare: 32,
  inFlight: 2,
  queueLimit: 10_000,
};

export class GroupCommit<Item extends Groupable> {
  readonly #options: GroupCommitOptions;
  readonly #commit: (group: Item[]) => Promise<void>;
  #queue: Item[] = [];
  #inFlight = 0;
  #scheduled = false;

  /** `commit` settles each item itself and never rejects. */
  constructor(commit: (group: Item[]) => Promise<void>, options: GroupCommitOptions = GROUP_COMMIT_DEFAULTS) {
    this.#commit = commit;
    this.#options = options;
  }

  /** False when the queue is full. */
  add(item: Item): boolean {
    if (this.#queue.length >= this.#options.queueLimit) return false;
    this.#queue.push(item);
    if (!this.#scheduled && this.#inFlight < this.#options.inFlight) {
      this.#scheduled = true;
      // After the callbacks of this turn: what arrived together travels together.
      setImmediate(() => {
        this.#scheduled = false;
        this.#launch();
      });
    }
    return true;
  }

  #launch(): void {
    while (this.#inFlight < this.#options.inFlight && this.#queue.length > 0) {
      const group = this.#takeGroup();
      this.#inFlight++;
      void this.#commit(group).finally(() => {
        this.#inFlight--;
        this.#launch();
      });
    }
  }

  #takeGroup(): Item[] {
    // Shared out over the free transactions, so that the database works on one group while we prepare the next.
    const share = Math.ceil(this.#queue.length / (this.#options.inFlight - this.#inFlight));
    const size = Math.min(this.#options.largestGroup, Math.max(this.#options.smallestShare, share));
    const group: Item[] = [];
    const left: Item[] = [];
    const used = new Set<string>();
    for (const item of this.#queue) {
      const fits = group.length < size && !item.keys.some((key) => used.has(key));
      (fits ? group : left).push(item);
      // An item that stays keeps its place: a later one with the same key must not overtake it.
      for (const key of item.keys) used.add(key);
    }
    this.#queue = left;
    return group;
  }
}
