// Looks at a file or folder whenever it may have changed: the kernel says so while it rests, and it is polled while it is
// busy, since a wake-up for each line of a burst would cost more than a look twice a second.
import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What was heard is looked at a moment later, together with what follows at once. */
const SETTLED_MS = 50;
/** While it rests: for what the kernel does not tell, such as a file that another one took the place of. */
const REST_MS = 10_000;

export interface GrowthOptions {
  readonly path: string;
  /** Between two looks while it is busy, and always where the kernel cannot say anything. */
  readonly busyMs: number;
  /** True while there may be more to see soon. Must not throw. */
  readonly look: () => Promise<boolean>;
}

export class Growth {
  readonly #with: GrowthOptions;
  #watcher: FSWatcher | undefined;
  #watched = '';
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  /** Something was heard while we looked. */
  #again = false;
  #stopped = false;

  constructor(options: GrowthOptions) {
    this.#with = options;
  }

  start(): void {
    void this.#look();
  }

  /** There is something to see, whoever says so. */
  soon(): void {
    if (this.#looking) this.#again = true;
    else this.#wait(SETTLED_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#deafen();
  }

  async #look(): Promise<void> {
    // On a busy host a look outlasts its interval: two at once would see the same.
    if (this.#looking) return;
    this.#looking = true;
    this.#again = false;
    const busy = await this.#with.look();
    let wait = this.#with.busyMs;
    if (busy) this.#deafen();
    else if (await this.#hear()) wait = REST_MS;
    this.#looking = false;
    this.#wait(this.#again ? SETTLED_MS : wait);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look(), ms);
  }

  /** True when the kernel tells what happens there. */
  async #hear(): Promise<boolean> {
    const found = await stat(this.#with.path).then(
      ({ dev, ino }) => `${dev} ${ino}`,
      () => undefined,
    );
    if (this.#stopped) return false;
    if (found === undefined) {
      this.#deafen();
      return false;
    }
    if (this.#watcher !== undefined && found === this.#watched) return true;
    this.#deafen();
    try {
      this.#watcher = watch(this.#with.path, () => this.soon());
      this.#watcher.on('error', () => this.#deafen());
      this.#watched = found;
      // What came between our look and this moment was not heard.
      this.#again = true;
      return true;
    } catch {
      return false;
    }
  }

  #deafen(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
