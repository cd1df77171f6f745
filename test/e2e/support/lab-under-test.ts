// The lab that lab.setup.ts has taken up, for a spec.
import { Lab } from '../../lab/lab.ts';
import { TEST_LAB } from '../../lab/lab.setup.ts';
import type { EnrolledServer } from '../../lab/enrol.ts';

export interface LabUnderTest {
  lab: Lab;
  /** The one that is attacked, and one that is not. */
  first: EnrolledServer;
  second: EnrolledServer;
}

export async function labUnderTest(): Promise<LabUnderTest> {
  const lab = await Lab.find(TEST_LAB);
  const [first, second] = lab?.servers ?? [];
  if (lab === undefined || first === undefined || second === undefined) {
    throw new Error('The lab is not up: run these specs as vitest project "lab", which takes it up first.');
  }
  return { lab, first, second };
}

/** Asks again until it holds, and fails with what was seen last. */
export async function eventually<Seen>(
  what: string,
  look: () => Promise<Seen>,
  holds: (seen: Seen) => boolean,
  withinMs: number,
): Promise<Seen> {
  const until = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > until)
      throw new Error(`${what}: not within ${withinMs / 1000} s; last seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
