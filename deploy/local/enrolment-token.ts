// Enrolment of agents that the local start runs itself: a token is asked from the control plane once and left in the
// agent's own folder, in a file that only the owner reads; never on a command line.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningProcess } from './supervisor.ts';

/** An agent's own folder holds one of these once it is enrolled: a real one's, a simulated one's. */
const ENROLLED = ['agent.json', 'identity.json'];

export interface Enrolment {
  state: string;
  name: string;
  simulated: boolean;
}

/** The token file of an agent that has no identity yet, or undefined when it is enrolled. */
export async function tokenFileFor(controlPlane: RunningProcess, enrolment: Enrolment): Promise<string | undefined> {
  if (ENROLLED.some((file) => existsSync(join(enrolment.state, file)))) return undefined;
  const { name, simulated } = enrolment;
  const answer = await controlPlane.ask({ type: 'open-enrolment', name, simulated });
  if (answer.type !== 'enrolment') {
    const why = answer.type === 'refused' ? answer.reason : 'an unexpected answer';
    throw new Error(`No enrolment token for "${name}": ${why}`);
  }
  await mkdir(enrolment.state, { recursive: true, mode: 0o700 });
  const file = join(enrolment.state, 'token');
  await writeFile(file, answer.token, { mode: 0o600 });
  return file;
}
