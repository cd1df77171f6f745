// Where a process writes its log: JSON lines on standard output, at once. Pino's own default writes later and flushes when
// the process ends; with nobody left to read, that flush tries a broken pipe for ever, and the process never ends.
import { pino, type Logger, type LoggerOptions } from 'pino';

const STANDARD_OUTPUT = 1;

export function processLog(options: LoggerOptions): Logger {
  return pino(options, pino.destination({ dest: STANDARD_OUTPUT, sync: true }));
}
