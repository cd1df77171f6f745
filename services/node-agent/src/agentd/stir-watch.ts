// Hears that something on the host stirred. Accounts and groups are replaced as a whole in /etc, which anybody may watch; the
// places that only root may enter are watched by systemd, which touches a file in our folder. Which places those are is asked
// anew before every look and from time to time, because homes and folders of uploads come and go.
import { watch, type FSWatcher } from 'node:fs';

const MARKS = new Set(['stirred']);
const OF_ETC = new Set(['passwd', 'group', 'shadow', 'gshadow', 'crontab', 'anacrontab', 'ld.so.preload']);
/** Who changes one thing changes the next. */
const SETTLED_MS = 500;
/** A site whose visitors upload all day must not have us look all day: after so many looks in a while there is a pause. */
const LOOKS_AT_ONCE = 12;
const WHILE_MS = 300_000;
const PAUSE_MS = 30_000;

export interface StirWatchOptions {
  /** `/run/muster-agent`. */
  readonly folder: string;
  /** Asks the root helper to have the places watched; undefined where there is none. */
  readonly watch: (() => Promise<number>) | undefined;
  readonly stirred: () => void;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
}

export class StirWatch {
  readonly #with: StirWatchOptions;
  readonly #watchers: FSWatcher[] = [];
  #settling: NodeJS.Timeout | undefined;
  #looks: number[] = [];

  constructor(options: StirWatchOptions) {
    this.#with = options;
  }

  start(): void {
    if (this.#with.watch === undefined) return;
    this.#hear(this.#with.folder, MARKS);
    this.#hear('/etc', OF_ETC);
    void this.ask();
  }

  stop(): void {
    for (const watcher of this.#watchers) watcher.close();
    clearTimeout(this.#settling);
  }

  #hear(folder: string, names: ReadonlySet<string>): void {
    try {
      const watcher = watch(folder, (_, name) => {
        if (name !== null && names.has(name)) this.#stir();
      });
      watcher.on('error', (error) => this.#with.log('changes are no longer heard', { folder, error: error.message }));
      this.#watchers.push(watcher);
    } catch (error) {
      this.#with.log('changes cannot be heard', { folder, error: String(error) });
    }
  }

  #stir(): void {
    this.#looks = this.#looks.filter((at) => at > Date.now() - WHILE_MS);
    this.#settling ??= setTimeout(
      () => {
        this.#settling = undefined;
        this.#looks.push(Date.now());
        // What changes while the places are taken up anew is seen by the look that follows.
        void this.ask().then(() => this.#with.stirred());
      },
      this.#looks.length < LOOKS_AT_ONCE ? SETTLED_MS : PAUSE_MS,
    );
  }

  /** Has the places taken up anew that are to be watched. */
  async ask(): Promise<void> {
    try {
      const places = await this.#with.watch?.();
      if (places === 0) this.#with.log('no place is watched: changes are seen at the next look');
    } catch (error) {
      this.#with.log('places could not be watched', { error: error instanceof Error ? error.message : String(error) });
    }
  }
}
