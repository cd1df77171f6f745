// Answers the process that started us, over the IPC channel that only it has. Without such a parent nothing listens.
import { OpenEnrolment } from '@muster/contracts/servers';
import { supervisorRequest, type SupervisorAnswer, type SupervisorRequest } from '@muster/contracts/supervisor';
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import type { WitnessLists } from '../domains/audit/index.ts';
import type { ActionBus } from '../platform/cqrs/action-bus.ts';
import { grantedByDesign, newContext } from '../platform/cqrs/principal.ts';

export interface SupervisorDuties {
  readonly bus: ActionBus;
  /** A fresh one-time link for the first owner, or null when there is an owner. */
  ownerLink(): Promise<string | null>;
  readonly witnesses: WitnessLists;
}

/** Acts in the name of the local start: its enrolments stand in the ledger as the schedule's, with its name. */
const LOCAL_START = {
  kind: 'schedule',
  actor: 'local-start',
  tenantId: DEFAULT_TENANT,
  ...grantedByDesign('local-start', [OpenEnrolment.permission.name]),
} as const;

export function answerSupervisor(duties: SupervisorDuties): void {
  if (process.send === undefined) return;
  process.on('message', (message) => {
    const asked = supervisorRequest.safeParse(message);
    if (!asked.success) return;
    void answer(asked.data, duties).then((reply) => process.send?.(reply));
  });
}

async function answer(asked: SupervisorRequest, duties: SupervisorDuties): Promise<SupervisorAnswer> {
  const { request } = asked;
  try {
    if (asked.type === 'owner-link') return { type: 'owner-link', request, link: await duties.ownerLink() };
    if (asked.type === 'witnesses-wanted') {
      return { type: 'witnesses', request, list: await duties.witnesses.wanted(new Date()) };
    }
    if (asked.type === 'publish-witnesses') {
      await duties.witnesses.publish(asked.body, asked.signature);
      return { type: 'done', request };
    }
    const input = { name: asked.name, simulated: asked.simulated };
    const { token } = await duties.bus.command(OpenEnrolment, input, newContext(LOCAL_START));
    return { type: 'enrolment', request, token };
  } catch (error) {
    return { type: 'refused', request, reason: error instanceof Error ? error.message : String(error) };
  }
}
