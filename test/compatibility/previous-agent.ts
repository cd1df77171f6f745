// The agent of the release before, built from this repository's own history with that release's own build script: the one
// file that its servers run. Nothing is downloaded; what its commit does not hold (esbuild, ws, zod) comes from the clone.
import { execFile as execFileCallback } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PREVIOUS_RELEASE } from './previous-release.ts';
import { lendModules, unpackPrevious } from './previous-source.ts';

const execFile = promisify(execFileCallback);
const PARTS = ['services/node-agent', 'shared/contracts', 'shared/kernel'];

/** Answers the path of the bundle. `folder` is empty and goes away with the test. */
export async function buildPreviousAgent(folder: string): Promise<string> {
  await unpackPrevious(folder, PARTS);
  await lendModules(folder);
  const agent = join(folder, 'services/node-agent');
  await execFile(process.execPath, [join(agent, 'build.ts')], { cwd: agent });
  const bundle = join(agent, 'dist/muster-agent.mjs');
  if (!existsSync(bundle)) throw new Error(`The build script of ${PREVIOUS_RELEASE.version} made no ${bundle}`);
  return bundle;
}
