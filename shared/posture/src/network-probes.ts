// The probes that ask the server over its network, which the root helper does not have.
import type { Probe } from './probe.ts';
import { webAnswers } from './probes/web-answers.ts';

export const networkProbes: readonly Probe[] = [webAnswers];
