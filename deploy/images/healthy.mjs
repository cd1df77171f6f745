// A container's health check: asks its listener, or, where a process has none, looks when it last wrote that it works.
//   node healthy.mjs http://127.0.0.1:7410/api/health
//   node healthy.mjs /tmp/alive
import { statSync } from 'node:fs';

const OLDEST_MS = 20_000;
const [where = ''] = process.argv.slice(2);

try {
  if (where.startsWith('/')) {
    const age = Date.now() - statSync(where).mtimeMs;
    if (age > OLDEST_MS) throw new Error(`${where} is ${Math.round(age / 1000)} s old`);
  } else {
    const answer = await fetch(where, { signal: AbortSignal.timeout(4000), redirect: 'manual' });
    if (answer.status >= 400) throw new Error(`${where} answered ${answer.status}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
