// V8 lets a heap of 14 MB grow by 6 to 8 before it looks for what is no longer needed, and in a storm the agent's two
// processes carry that twice. Here the look comes after 2 MB, or an eighth of a larger heap; it takes some 15 ms of a processor, every few seconds of a
// storm and never at rest, because it is V8's own small collections that make us compare.
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** In bytes beyond what was still needed after the last whole collection. */
const GROWTH = 2 * 1024 * 1024;
/** Of a large heap: a collection costs by what is needed, so a list that grows by the megabyte must not cost one for every two. */
const GROWTH_SHARE = 1 / 8;

/** What this needs of V8. */
export interface Heap {
  /** Of objects, in bytes, needed or not. */
  readonly used: () => number;
  /** A whole collection, in turns between other work. */
  readonly collect: () => Promise<void>;
}

/** Has to be asked after small collections: `grown` is cheap. */
export class SmallHeap {
  readonly #heap: Heap;
  #needed: number;
  #collecting = false;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#needed = heap.used();
  }

  /** Collects where the heap has grown by more than it should; once at a time. */
  async grown(): Promise<void> {
    const most = Math.max(GROWTH, this.#needed * GROWTH_SHARE);
    if (this.#collecting || this.#heap.used() - this.#needed <= most) return;
    this.#collecting = true;
    try {
      await this.#heap.collect();
      this.#needed = this.#heap.used();
    } finally {
      this.#collecting = false;
    }
  }
}

/** Keeps the heap of this process small for as long as it runs. Does nothing where Node was started without --expose-gc. */
export function keepHeapSmall(): void {
  const collect = globalThis.gc;
  if (collect === undefined) return;
  const heap = new SmallHeap({
    used: () => getHeapStatistics().used_heap_size,
    collect: () => collect({ type: 'major', execution: 'async' }),
  });
  new PerformanceObserver(() => void heap.grown()).observe({ entryTypes: ['gc'] });
}
