// A repeat of a command gets the first answer for a week; after that nobody's retry is on its way any more.
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { sql } from 'kysely';
import { SYSTEM_DATABASE, type Connection } from '../database/database.ts';

const KEPT_DAYS = 7;
const EVERY_MS = 3_600_000;

@Injectable()
export class ForgetAnswers implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('ForgetAnswers');
  #timer: NodeJS.Timeout | undefined;

  constructor(@Inject(SYSTEM_DATABASE) private readonly database: Connection) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.run(new Date()).catch((error: unknown) => this.#log.warn(`old answers were kept: ${String(error)}`));
    }, EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async run(now: Date): Promise<void> {
    const before = new Date(now.getTime() - KEPT_DAYS * 24 * 3_600_000);
    await sql`delete from muster.platform_commands where answered_at < ${before}`.execute(this.database.db);
  }
}
