// Work that the clock asks for. One run at a time; a run that fails is told and tried again at the next turn. Several
// workers may run the same schedule: what they append has derived ids.
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

@Injectable()
export abstract class Schedule implements OnApplicationBootstrap, OnApplicationShutdown {
  protected abstract readonly everyMs: number;
  readonly #log = new Logger(this.constructor.name);
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  abstract run(now: Date): Promise<void>;

  onApplicationBootstrap(): void {
    this.turn();
    this.#timer = setInterval(() => this.turn(), this.everyMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Now instead of at the next turn. */
  protected turn(): void {
    this.#running ??= this.run(new Date())
      .catch((error: unknown) =>
        this.#log.error(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      )
      .finally(() => {
        this.#running = undefined;
      });
  }
}
