// Runs pgbench with one statement and reads its log of single transactions, for percentiles.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Load } from '../ledger/database.ts';
import { INSERT } from './plain-insert.ts';

const run = promisify(execFile);

export async function hasPgbench(): Promise<boolean> {
  return run('pgbench', ['--version']).then(
    () => true,
    () => false,
  );
}

/** `url`: as superuser. */
export async function pgbench(url: string, folder: string, clients: number, seconds: number): Promise<Load> {
  const own = await mkdtemp(join(folder, 'pgbench-'));
  try {
    const script = join(own, 'insert.sql');
    await writeFile(script, `\\set id random(1, 1000000000000)\n${INSERT.replaceAll(/\s+/g, ' ').trim()};\n`);
    const threads = String(Math.min(clients, 2));
    const address = new URL(url);
    const { stdout } = await run(
      'pgbench',
      // prettier-ignore
      ['-n', '-M', 'prepared', '-f', script, '-c', String(clients), '-j', threads, '-T', String(seconds), '-l',
       '--log-prefix', join(own, 'log'), '-h', address.hostname, '-p', address.port, '-U', address.username, address.pathname.slice(1)],
      { env: { ...process.env, PGPASSWORD: decodeURIComponent(address.password) }, cwd: own, maxBuffer: 1 << 26 },
    );
    const perSecond = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
    if (!Number.isFinite(perSecond)) throw new Error(`pgbench said: ${stdout.slice(0, 500)}`);
    const logs = (await readdir(own)).filter((name) => name.startsWith('log'));
    const lines = (await Promise.all(logs.map((name) => readFile(join(own, name), 'utf8')))).join('').split('\n');
    const took = Float64Array.from(lines.filter(Boolean), (line) => Number(line.split(' ')[2]) / 1000).sort();
    const at = (fraction: number): number => took[Math.floor((took.length - 1) * fraction)] ?? 0;
    return { perSecond, p50: at(0.5), p99: at(0.99) };
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
