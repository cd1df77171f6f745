// `muster policy`: the dates, limits and approved ports that posture is judged by. Signing a pack and taking it in are two
// commands, because they may be two people: who holds the release key, and who runs the installation.
import { join } from 'node:path';
import type { Command } from 'commander';
import pg from 'pg';
import { INTACT, UsageError, WRONG } from './failure.ts';
import { adminUrl, onInstallation, type InstallationFlags } from './installation.ts';
import { readText } from './sources.ts';

interface Flags extends InstallationFlags {
  readonly out?: string;
}

export function addPolicy(program: Command): void {
  const policy = program.command('policy').description('Dates, limits and ports that posture is judged by');
  onInstallation(policy.command('show').description('Packs that were taken in, the newest first')).action(
    async ({ installation }: Flags) => {
      process.exitCode = await withPool(installation, show);
    },
  );
  onInstallation(
    policy.command('sign <file>').description('Sign {"version", "values", "validFrom"} with the release key'),
  )
    .requiredOption('--out <file>', 'where the signed pack is written')
    .action(async (file: string, flags: Flags) => {
      process.exitCode = await sign(file, flags);
    });
  onInstallation(
    policy.command('import <file>').description('Take in a signed pack: every server is judged anew by it'),
  )
    .addHelpText('after', '\nExit code: 1 when the pack is refused, with the reason.')
    .action(async (file: string, { installation }: Flags) => {
      process.exitCode = await withPool(installation, (pool) => take(pool, file, installation));
    });
  for (const command of policy.commands) command.exitOverride();
}

async function withPool<Result>(installation: string, act: (pool: pg.Pool) => Promise<Result>): Promise<Result> {
  const pool = new pg.Pool({ connectionString: adminUrl(installation), max: 2, application_name: 'muster-policy' });
  try {
    return await act(pool);
  } finally {
    await pool.end();
  }
}

async function show(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ version: number; sha256: string; valid_from: Date; imported_at: Date }>(
    'select version, sha256, valid_from, imported_at from muster.posture_policies order by version desc',
  );
  for (const { version, sha256, valid_from: from, imported_at: at } of rows) {
    console.log(`${version}  from ${from.toISOString()}  taken in ${at.toISOString()}  sha256 ${sha256}`);
  }
  if (rows.length === 0) console.log('No pack was taken in: what is built in judges.');
  return INTACT;
}

async function sign(file: string, { installation, out = '' }: Flags): Promise<number> {
  const [{ readKey }, { signPack }, { writePrivate }] = await Promise.all([
    import('@muster/control-plane/platform/keys/key-store'),
    import('@muster/control-plane/domains/posture/policy/sign-pack'),
    import('../installation/private-file.ts'),
  ]);
  const draft = parse(await readText(file, 'The policy'), file);
  try {
    const signed = signPack(draft, readKey(join(installation, 'keys'), 'release'), new Date());
    await writePrivate(out, `${JSON.stringify(signed, null, 2)}\n`, 0o644);
  } catch (error) {
    throw new UsageError(`${file} is no policy. ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  console.log(`${out} is signed; it has to be taken in within 180 days: muster policy import ${out}`);
  return INTACT;
}

async function take(pool: pg.Pool, file: string, installation: string): Promise<number> {
  const [{ considerPack, knownPacks, POLICY_STREAM, takenIn }, { readTrust }, { HostLedger }] = await Promise.all([
    import('@muster/control-plane/domains/posture/policy/policy-packs'),
    import('@muster/control-plane/platform/keys/key-store'),
    import('../recovery/host-ledger.ts'),
  ]);
  const text = await readText(file, 'The pack');
  const ledger = new HostLedger(pool);
  try {
    const packs = knownPacks(await ledger.store.readStream(POLICY_STREAM));
    const considered = considerPack(text, packs, readTrust(join(installation, 'keys')).keyset, new Date());
    if ('refused' in considered) {
      console.log(`${file} was not taken in. ${considered.refused}.`);
      return WRONG;
    }
    if ('known' in considered) {
      console.log(`${file} was taken in before.`);
      return INTACT;
    }
    await ledger.append(POLICY_STREAM, 'policy', [takenIn(considered)]);
    const { version, validFrom } = considered.pack;
    console.log(`Policy ${version} was taken in, sha256 ${considered.sha256}. It judges from ${validFrom} on.`);
    return INTACT;
  } finally {
    await ledger.close();
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON.`, { cause: error });
  }
}
