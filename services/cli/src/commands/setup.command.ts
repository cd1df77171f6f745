// `muster setup`: the first step of a production start, run in a container that has no network.
import type { Command } from 'commander';
import { INTACT, UsageError } from './failure.ts';

interface Flags {
  installation: string;
  handOut: string;
  publicUrl: string;
  database: string;
  redis: string;
  releasesFrom?: string;
  releasesTo?: string;
}

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('Make the keys and secrets of an installation, once, and hand each process its own')
    .requiredOption('--installation <folder>', 'where keys and secrets are kept; only this command needs it')
    .requiredOption('--hand-out <folder>', 'gets one folder per process')
    .requiredOption('--public-url <url>', 'address under which browsers and servers reach Muster')
    .option('--database <host:port/name>', 'as the processes reach it', 'postgres:5432/muster')
    .option('--redis <host:port>', 'as the processes reach it', 'redis:6379')
    .option('--releases-from <folder>', 'agent tarballs as they were packed')
    .option('--releases-to <folder>', 'gets them, signed with the release key')
    .action(async (flags: Flags) => {
      process.exitCode = await setupCommand(flags);
    });
}

async function setupCommand(flags: Flags): Promise<number> {
  const { publicUrl, releasesFrom, releasesTo } = flags;
  if (!/^https?:\/\/[^/]+\/?$/.test(publicUrl)) {
    throw new UsageError(
      `--public-url is ${JSON.stringify(publicUrl)}; it must be an address like https://muster.example.com.`,
    );
  }
  if ((releasesFrom === undefined) !== (releasesTo === undefined)) {
    throw new UsageError('--releases-from and --releases-to belong together.');
  }
  const releases =
    releasesFrom === undefined || releasesTo === undefined ? undefined : { from: releasesFrom, to: releasesTo };
  const { setUp } = await import('../installation/set-up.ts');
  await setUp({ ...flags, releases, say: (sentence) => console.log(sentence) });
  return INTACT;
}
