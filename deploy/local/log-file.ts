// A log file of a child process, line by line, readable by the owner only.
import { createWriteStream, type WriteStream } from 'node:fs';

export class LogFile {
  readonly path: string;
  private readonly stream: WriteStream;

  constructor(path: string) {
    this.path = path;
    this.stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  }

  write(line: string): void {
    this.stream.write(`${line}\n`);
  }
}
