// What a benchmark starts, ended in reverse order: when it is over, when it failed, and when somebody stops it, also in the
// middle of starting something.
export class CleanUp {
  private readonly actions: (() => Promise<void>)[] = [];
  private readonly failed: (error: unknown) => void;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  /** `failed` hears of what one step could not do; the others are done all the same. */
  constructor(failed: (error: unknown) => void) {
    this.failed = failed;
  }

  /** Aborted by `stop`, for who is in the middle of something that need not be finished. */
  get stopped(): AbortSignal {
    return this.stopping.signal;
  }

  /** After `stop` what was just started is ended at once, and whoever started it goes no further. */
  add(action: () => Promise<void>): void {
    this.actions.push(action);
    if (!this.stopped.aborted) return;
    void this.run();
    throw new Error('It was stopped.');
  }

  /** Knows of it from the beginning, so that what is still starting is awaited and then ended. */
  async keep<Thing>(starting: Promise<Thing>, end: (thing: Thing) => Promise<void>): Promise<Thing> {
    this.add(async () => {
      const started = await starting.then(
        (thing) => ({ thing }),
        () => undefined,
      );
      if (started !== undefined) await end(started.thing);
    });
    return await starting;
  }

  /** Ends everything; a second call waits for the first. */
  run(): Promise<void> {
    this.running ??= this.endAll().finally(() => (this.running = undefined));
    return this.running;
  }

  /** For good. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('It was stopped.'));
    await this.run();
  }

  private async endAll(): Promise<void> {
    for (let action = this.actions.pop(); action !== undefined; action = this.actions.pop()) {
      try {
        await action();
      } catch (error) {
        this.failed(error);
      }
    }
  }
}
