// Lines over a socket with a bound: what exceeds it, or does not end, closes the connection instead of filling memory.
import type { Socket } from 'node:net';

export function readLines(
  socket: Socket,
  maxBytes: number,
  onLine: (line: string) => void,
  onTooLong: () => void,
): void {
  let waiting: Buffer[] = [];
  let size = 0;
  socket.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      waiting.push(chunk.subarray(start, end));
      size += end - start;
      start = end + 1;
      if (size > maxBytes) return tooLong();
      const line = Buffer.concat(waiting).toString('utf8');
      waiting = [];
      size = 0;
      onLine(line);
    }
    const rest = chunk.subarray(start);
    size += rest.length;
    if (size > maxBytes) return tooLong();
    if (rest.length > 0) waiting.push(rest);
  });
  function tooLong(): void {
    waiting = [];
    size = 0;
    socket.removeAllListeners('data');
    onTooLong();
  }
}
