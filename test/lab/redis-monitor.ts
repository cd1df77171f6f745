// Every command that reaches the Redis of a local start, from now on.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';

export interface RedisMonitor {
  /** One line a command, with all its arguments. */
  readonly heard: readonly string[];
  close(): void;
}

export async function monitorRedis(dataFolder: string): Promise<RedisMonitor> {
  const redis = new Redis(portOf(dataFolder), '127.0.0.1');
  const monitor = await redis.monitor();
  const heard: string[] = [];
  monitor.on('monitor', (_at: string, args: string[]) => heard.push(args.join(' ')));
  return {
    heard,
    close() {
      monitor.disconnect();
      redis.disconnect();
    },
  };
}

/** The supervisor chose it; the process tells. */
function portOf(dataFolder: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const words = commandLine(pid);
    if (words.some((word) => word.startsWith(dataFolder)) && words.includes('--port')) {
      return Number(words[words.indexOf('--port') + 1]);
    }
  }
  throw new Error(`No Redis runs for ${dataFolder}`);
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').split('\0');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return [];
    throw error;
  }
}
