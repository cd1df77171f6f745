// The installation's secret, for specs: 32 bytes in a file of their own.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function secretFile(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'muster-secret-')), 'secret');
  writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600 });
  return path;
}
