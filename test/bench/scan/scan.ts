// Every probe and check on a real hosting server, against a full audit of it by Lynis. What is compared is what the server
// pays: time until the last answer, and time of a processor, programs that are run included.
import { buildHostingImage, HOSTING_IMAGE } from '../../lab/images.ts';
import { bootServer, removeMachines } from '../../lab/machine.ts';
import { bringScanner, lynis, scan as scanOnce, type Took } from '../../lab/posture/scan.ts';
import { median, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { labName } from '../lab.ts';

const NAME = 'scan';
const TARGET = 1 / 8;

export const scan: Benchmark = {
  name: NAME,
  sentence: 'every probe and check on a real hosting server, against a full audit by Lynis',
  run,
};

async function run(tools: BenchTools): Promise<Outcome[]> {
  const lab = labName(NAME);
  await removeMachines(lab);
  await buildHostingImage(tools.stopped);
  tools.cleanUp(() => removeMachines(lab));
  // Who stops us waits for these two: a server that is only coming into being is not found, and the second has a folder here.
  const nothing = (): Promise<void> => Promise.resolve();
  const machine = await tools.keep(bootServer(lab, 'bridge', 'scanned', HOSTING_IMAGE), nothing);
  await machine.untilBooted();
  await tools.keep(bringScanner(machine), nothing);
  const { verdicts } = await scanOnce(machine);
  await lynis(machine);
  const answered = verdicts.filter(({ state }) => state === 'pass' || state === 'fail').length;
  const rounds: { ours: Took; theirs: Took }[] = [];
  for (let round = 0; round < tools.rounds; round += 1) {
    const ours = await scanOnce(machine);
    const theirs = await lynis(machine);
    rounds.push({ ours, theirs });
    tools.say(`  round ${round + 1} of ${tools.rounds}: ours ${inWords(ours)}; Lynis ${inWords(theirs)}`);
  }
  const note = `${verdicts.length} checks, of which ${answered} could be answered with pass or fail on this server`;
  return [
    outcome('until every check is answered', 'wallSeconds', rounds, note),
    outcome('of a processor', 'processorSeconds', rounds, 'programs that were run included'),
  ];
}

function outcome(
  measure: string,
  what: keyof Took,
  all: readonly { ours: Took; theirs: Took }[],
  note: string,
): Outcome {
  const rounds = all.map(({ ours, theirs }) => ({ ours: ours[what], theirs: theirs[what] }));
  const ratio = median(rounds.map(({ ours, theirs }) => ours / theirs));
  return {
    ...{ name: NAME, measure, unit: 's', ratioOf: 'ours/theirs', rounds, ratio, note },
    ours: median(rounds.map(({ ours }) => ours)),
    theirs: median(rounds.map(({ theirs }) => theirs)),
    target: 'at most 1/8',
    target_met: ratio <= TARGET,
  };
}

const inWords = ({ wallSeconds, processorSeconds }: Took): string =>
  `${wallSeconds.toFixed(1)} s, ${processorSeconds.toFixed(1)} s of a processor`;
