// `muster-agent status`: what this server is to its control plane, and what the root helper holds. For people on the host.
import { parseArgs } from 'node:util';
import { AgentStore } from '../agentd/agent-store.ts';
import { PrivdClient } from '../agentd/privd-client.ts';
import { AGENT_VERSION } from '../version.ts';
import { AGENT_STATE, PRIVD_SOCKET } from './installed.ts';

export async function statusCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      state: { type: 'string', default: AGENT_STATE },
      'privd-socket': { type: 'string', default: PRIVD_SOCKET },
    },
  });
  const say = (name: string, value: string): void => {
    process.stdout.write(`${name.padEnd(14)}${value}\n`);
  };
  const enrolment = await AgentStore.enrolmentIn(values.state);
  say('version', AGENT_VERSION);
  if (enrolment === undefined) return say('enrolment', `none in ${values.state}`);
  say('server', enrolment.name);
  say('id', enrolment.server);
  say('control plane', enrolment.controlPlane);
  say('fingerprint', enrolment.fingerprint.match(/.{1,8}/g)?.join(' ') ?? '');
  if (enrolment.observeOnly) return say('mode', 'observes only, without the root helper');
  const privd = new PrivdClient(values['privd-socket']);
  try {
    const hello = await privd.ask('hello', {});
    say('manages', hello.managed.join(', '));
    for (const one of hello.barred) if (one.barred !== null) say('barred', `${one.capability}: ${one.barred}`);
    const { held } = await privd.ask('held', {});
    say(
      'ban table',
      held.hash === null
        ? 'not ours'
        : `revision ${held.revision}, ${held.blocks} blocks, ${held.protected} never blocked`,
    );
    if (held.problem !== null) say('problem', held.problem);
  } catch (error) {
    say('root helper', error instanceof Error ? error.message : String(error));
  } finally {
    privd.close();
  }
}
