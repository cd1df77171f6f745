// The lab of one benchmark, under a name of its own: another lab that is up is left alone, and what an earlier run that was
// killed left of this one is taken away first.
import { requireEngine } from '../lab/docker.ts';
import { Lab } from '../lab/lab.ts';
import type { BenchTools } from './benchmark.ts';

/** Another beginning of the names of labs, and another port, let a test try a benchmark while somebody measures with it. */
const NAMES = process.env['MUSTER_BENCH_LABS'] ?? 'muster-bench';
const PORT = process.env['MUSTER_BENCH_LAB_PORT'];

export function labName(benchmark: string): string {
  return `${NAMES}-${benchmark}`;
}

/** Taken down when the benchmark is over, and at once when somebody stops it, also while it comes up. */
export async function labOf(
  benchmark: string,
  { servers, port }: { servers: number; port: number },
  tools: BenchTools,
): Promise<Lab> {
  const name = labName(benchmark);
  const takeUp = async (): Promise<Lab> => {
    await requireEngine();
    await Lab.clear(name);
    const { say, stopped } = tools;
    return await Lab.up({ servers, name, port: PORT === undefined ? port : Number(PORT), say, stopped });
  };
  return await tools.keep(takeUp(), (lab) => lab.down());
}
