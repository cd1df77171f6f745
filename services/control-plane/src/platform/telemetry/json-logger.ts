// Nest's log as JSON lines by pino, with what must never be written struck out.
import type { LoggerService } from '@nestjs/common';
import { stdTimeFunctions, type Logger } from 'pino';
import { currentCorrelation } from './correlation.ts';
import { processLog } from './process-log.ts';

export class JsonLogger implements LoggerService {
  readonly #log: Logger;

  constructor(level: string) {
    this.#log = processLog({
      level,
      base: undefined,
      mixin: () => ({ correlationId: currentCorrelation() }),
      timestamp: stdTimeFunctions.isoTime,
      redact: {
        paths: ['password', 'token', 'cookie', 'authorization', '*.password', '*.token'],
        censor: '[struck out]',
      },
    });
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#write('info', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  /** Nest gives the context as the last argument. */
  #write(level: 'info' | 'warn' | 'error' | 'debug' | 'trace', message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    if (typeof message === 'object' && message !== null) this.#log[level]({ context, ...message });
    else this.#log[level]({ context }, String(message));
  }
}
