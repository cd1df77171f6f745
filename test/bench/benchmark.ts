// What a benchmark is: our own way and a peer's or a limit's, measured in turns in the same run. Machines are noisy and
// shared; the ratio of neighbours holds where absolute times do not.
export interface Outcome {
  /** The benchmark, as asked for on the command line. */
  name: string;
  /** What was compared, when a benchmark compares more than one thing. */
  measure: string;
  unit: string;
  /** Medians over the rounds. */
  ours: number;
  theirs: number;
  /** Median of the pairwise ratios ours / theirs (or theirs / ours: see `ratioOf`). */
  ratio: number;
  ratioOf: 'ours/theirs' | 'theirs/ours';
  /** In words: "at most 1.6", "at least 12". */
  target: string;
  target_met: boolean;
  rounds: { ours: number; theirs: number }[];
  /** What the reader should know: what was left out, what disturbed it. */
  note?: string;
}

export interface Benchmark {
  name: string;
  /** One sentence: what is done, and against what. */
  sentence: string;
  run(tools: BenchTools): Promise<Outcome[]>;
}

export interface BenchTools {
  say(sentence: string): void;
  /** Called in reverse order at the end, whatever happened. */
  cleanUp(action: () => Promise<void>): void;
  /** For what takes a while to start: it is ended also when somebody stops us meanwhile. */
  keep<Thing>(starting: Promise<Thing>, end: (thing: Thing) => Promise<void>): Promise<Thing>;
  rounds: number;
  /** Aborted when somebody stops us, for what need not be finished then. */
  stopped: AbortSignal;
}

export interface Comparison {
  name: string;
  measure: string;
  unit: string;
  ratioOf: Outcome['ratioOf'];
  target: { atMost: number } | { atLeast: number };
  ours: () => Promise<number>;
  theirs: () => Promise<number>;
  note?: string;
}

/** Interleaved rounds, each side first in turn, after one warm-up of both that does not count. */
export async function compare(comparison: Comparison, tools: BenchTools): Promise<Outcome> {
  await comparison.ours();
  await comparison.theirs();
  const rounds: Outcome['rounds'] = [];
  for (let round = 0; round < tools.rounds; round += 1) {
    let ours: number;
    let theirs: number;
    if (round % 2 === 0) {
      ours = await comparison.ours();
      theirs = await comparison.theirs();
    } else {
      theirs = await comparison.theirs();
      ours = await comparison.ours();
    }
    rounds.push({ ours, theirs });
    tools.say(
      `  round ${round + 1} of ${tools.rounds}: ours ${shown(ours)}, theirs ${shown(theirs)} ${comparison.unit}`,
    );
  }
  const { name, measure, unit, ratioOf, target, note } = comparison;
  const ratio = median(rounds.map(({ ours, theirs }) => (ratioOf === 'ours/theirs' ? ours / theirs : theirs / ours)));
  return {
    name,
    measure,
    unit,
    ours: median(rounds.map((one) => one.ours)),
    theirs: median(rounds.map((one) => one.theirs)),
    ratio,
    ratioOf,
    target: 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`,
    target_met: 'atMost' in target ? ratio <= target.atMost : ratio >= target.atLeast,
    rounds,
    ...(note === undefined ? {} : { note }),
  };
}

/** What is not compared but held to a limit: theirs is the limit, and what a peer needs stands in the note. */
export function withinLimit(found: {
  name: string;
  measure: string;
  unit: string;
  limit: number;
  ours: readonly number[];
  note?: string;
}): Outcome {
  const { name, measure, unit, limit, note } = found;
  const ours = median(found.ours);
  return {
    name,
    measure,
    unit,
    ours,
    theirs: limit,
    ratio: ours / limit,
    ratioOf: 'ours/theirs',
    target: `at most ${shown(limit)} ${unit}`,
    target_met: ours <= limit,
    rounds: found.ours.map((one) => ({ ours: one, theirs: limit })),
    ...(note === undefined ? {} : { note }),
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a fraction of all lies; interpolated between neighbours. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) throw new RangeError('A quantile of nothing.');
  return below + (above - below) * (at - Math.floor(at));
}

export function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
