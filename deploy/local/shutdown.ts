// How a start ends: on Ctrl-C or SIGTERM, because something it cannot live without ended, or because it never got up.
// Whatever was started is stopped in reverse order; a second signal does not cut that short, a deadline does.
interface Stop {
  what: string;
  stop: () => void | Promise<void>;
}

const DEADLINE_MS = 45_000;

export class Shutdown {
  begun = false;
  private readonly stops: Stop[] = [];
  private readonly say: (sentence: string) => void;

  constructor(say: (sentence: string) => void) {
    this.say = say;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (this.begun) return;
        this.say('\nStopping …');
        void this.now(0);
      });
    }
  }

  /** What is added last is stopped first. */
  add(what: string, stop: () => void | Promise<void>): void {
    this.stops.push({ what, stop });
  }

  /** Stops everything because of something that went wrong; silent when the stop is under way already. */
  async because(sentence: string): Promise<void> {
    if (this.begun) return;
    console.error(`${sentence} Everything is stopped.`);
    await this.now(1);
  }

  async now(exitCode: number): Promise<never> {
    this.begun = true;
    const late = setTimeout(() => {
      console.error(`Not everything stopped within ${DEADLINE_MS / 1000} s; what is left is killed.`);
      process.exit(1);
    }, DEADLINE_MS);
    for (const { what, stop } of this.stops.toReversed()) {
      try {
        await stop();
      } catch (error) {
        console.error(`Stopping ${what} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    clearTimeout(late);
    if (exitCode === 0) this.say('Stopped.');
    process.exit(exitCode);
  }
}
