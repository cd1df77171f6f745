// Makes an installation's keys and secrets, once, and hands each process its own. Running it again makes nothing twice: it
// hands out again, and renews keys that are about to end while the root key is there.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { secretFile, secrets } from '@muster/control-plane/platform/keys/installation-secrets';
import { ensureKeys } from '@muster/control-plane/platform/keys/key-store';
import { handOut } from './hand-out.ts';
import { writePrivate } from './private-file.ts';
import { publishReleases } from './releases.ts';

export interface SetUp {
  readonly installation: string;
  readonly handOut: string;
  readonly publicUrl: string;
  readonly database: string;
  readonly redis: string;
  readonly releases: { readonly from: string; readonly to: string } | undefined;
  readonly say: (sentence: string) => void;
}

export async function setUp(options: SetUp): Promise<void> {
  const { installation, say } = options;
  await mkdir(installation, { recursive: true, mode: 0o700 });
  const keys = join(installation, 'keys');
  // The log's name, for ever: whose ledger this is.
  const made = ensureKeys(keys, `${new URL(options.publicUrl).hostname}/muster/1`, new Date());
  if (made.rootWords !== null) {
    const words = join(keys, 'root-words.txt');
    await writePrivate(words, `${made.rootWords}\n`);
    say(`The root key was made. Its 24 words are in ${words}: write them down, then take root.key and them away.`);
  } else if (made.renewed) {
    say('The keyset was renewed. Processes that run take it up at their next start.');
  }
  await secretFile(installation);
  await handOut({
    installation,
    to: options.handOut,
    secrets: await secrets(installation),
    database: options.database,
    redis: options.redis,
  });
  const until = made.trust.keyset.keys.map((key) => key.notAfter).sort()[0];
  say(`Every process has its own address and keys. The online keys are good until ${until}.`);
  const lying = ['root.key', 'root-words.txt'].filter((file) => existsSync(join(keys, file)));
  if (made.rootWords === null && lying.length > 0) {
    say(
      `In ${keys} lies ${lying.join(' and ')}, which no process works with: take what is there of the root key away.`,
    );
  }
  if (options.releases === undefined) return;
  const names = await publishReleases(options.releases.from, options.releases.to, keys);
  say(`Servers can be enrolled with ${names.join(', ')}.`);
}
