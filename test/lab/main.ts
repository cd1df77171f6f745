// `npm run lab -- up --servers 5 | attack --to SERVER | plant CHECK --on SERVER | remove CHECK --on SERVER | status | down`
import { parseArgs } from 'node:util';
import type { EnrolledServer } from './enrol.ts';
import { Lab } from './lab.ts';
import { change } from './posture/plant.ts';

const USAGE = `npm run lab -- up [--servers N] [--port N]   boots N real Debian servers (default 5) and enrols them
npm run lab -- attack --to SERVER            real failed SSH logins until the server shuts the attacker out
npm run lab -- plant CHECK|all --on SERVER   plants the weakness that a check of the posture finds
npm run lab -- remove CHECK|all --on SERVER  takes it away again
npm run lab -- status                        what is up, and how to sign in
npm run lab -- down                          removes everything`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    servers: { type: 'string', default: '5' },
    port: { type: 'string', default: '7420' },
    to: { type: 'string' },
    on: { type: 'string' },
  },
});

try {
  await run(positionals[0]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(verb: string | undefined): Promise<void> {
  switch (verb) {
    case 'up':
      return await up();
    case 'attack':
      return await attack();
    case 'plant':
    case 'remove':
      return await change(serverNamed(await theLab(), 'on').machine, verb, positionals[1] ?? '', console.log);
    case 'status':
      return describe(await theLab());
    case 'down':
      await Lab.clear();
      return console.log('The lab is gone.');
    default:
      throw new Error(verb === undefined ? USAGE : `There is no lab command "${verb}".\n${USAGE}`);
  }
}

async function up(): Promise<void> {
  const servers = whole('servers', values.servers, 1, 50);
  const port = whole('port', values.port, 1024, 65_535);
  console.log('While the lab is up, its control plane listens on every address of this machine.');
  const stop = new AbortController();
  // Every time and not once: npm passes on a Ctrl-C that the terminal has sent us as well.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stop.signal.aborted) console.error('Stopped; what is there of the lab is removed.');
      stop.abort(new Error('It was stopped.'));
    });
  }
  try {
    describe(await Lab.up({ servers, port, say: console.log, stopped: stop.signal }));
  } catch (error) {
    // What was waited for may go on for a while.
    if (stop.signal.aborted) process.exit(130);
    throw error;
  }
}

async function attack(): Promise<void> {
  const lab = await theLab();
  const target = serverNamed(lab, 'to');
  console.log(`${lab.attacker.address} tries passwords on ${target.machine.name} (${target.machine.address}) …`);
  const { attempts, shutOut } = await lab.attack(target);
  console.log(shutOut ? `Shut out after ${attempts} failed logins.` : `Not shut out after ${attempts} failed logins.`);
}

/** By its name, or by its place: `lab-1` is the first. */
function serverNamed(lab: Lab, option: 'to' | 'on'): EnrolledServer {
  const given = values[option];
  const place = /^lab-(\d+)$/.exec(given ?? '')?.[1];
  const found = lab.servers.find(({ machine }, index) => machine.name === given || String(index + 1) === place);
  if (found !== undefined) return found;
  const names = lab.servers.map(({ machine }, index) => `${machine.name} (lab-${index + 1})`).join(', ');
  throw new Error(`--${option} names a server of the lab; given: ${given ?? 'nothing'}; there are: ${names}.`);
}

async function theLab(): Promise<Lab> {
  const lab = await Lab.find();
  if (lab === undefined) throw new Error('No lab is up. Start one: npm run lab -- up --servers 5');
  return lab;
}

function describe(lab: Lab): void {
  console.log(`\nMuster: ${lab.url}`);
  console.log(
    `Sign in as ${lab.owner.email}, password ${lab.owner.password}, authenticator secret ${lab.owner.totpSecret}`,
  );
  for (const { machine } of lab.servers)
    console.log(`  ${machine.name}  ${machine.address}  docker exec -it ${machine.container} bash`);
  console.log(`  attacker  ${lab.attacker.address}`);
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is "${text}"; it must be a whole number from ${least} to ${most}.`);
}
