// The process that issues real commands: input checked by its schema, the aggregate decides, the recorder fills meta,
// the event store appends with an expected version, a name reserved, and a leaf hash. It counts what was acknowledged
// after commit. One message in: how many at once and for how long; one message out: what came of it.
import { randomBytes } from 'node:crypto';
import { CreateGroup } from '@muster/contracts/servers';
import { commandClass } from '@muster/control-plane/platform/cqrs/messages';
import { newContext } from '@muster/control-plane/platform/cqrs/principal';
import { Recorder } from '@muster/control-plane/platform/cqrs/recorder';
import { connect } from '@muster/control-plane/platform/database/database';
import { EventStore, InProcessHintBus, LogTail } from '@muster/control-plane/platform/event-store/index';
import { MasterKey, PersonalData } from '@muster/control-plane/platform/personal-data/personal-data';
import { CreateGroupHandler } from '@muster/control-plane/domains/servers/commands/create-group.command';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';

const [url = ''] = process.argv.slice(2);
const { pool } = connect(url, 'bench', 6);
const hints = new InProcessHintBus();
const store = new EventStore({ pool, hints, tail: new LogTail(pool, hints) });
const handler = new CreateGroupHandler(new Recorder(store, new PersonalData(pool, new MasterKey(randomBytes(32)))));
const Command = commandClass('servers.CreateGroup') ?? neverWired('servers.CreateGroup');
const principal = { kind: 'person', actor: newId(), tenantId: DEFAULT_TENANT, permissions: new Set<string>() } as const;

function neverWired(name: string): never {
  throw new Error(`${name} has no command class`);
}

async function command(): Promise<void> {
  const input = CreateGroup.input.parse({ name: `Group ${newId()}`, serverIds: [] });
  await handler.execute(new Command(input, newContext(principal)) as never);
}

async function load(clients: number, seconds: number): Promise<{ perSecond: number; p50: number; p99: number }> {
  const took: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const client = async (): Promise<void> => {
    for (let now = performance.now(); now < end;) {
      await command();
      const done = performance.now();
      took.push(done - now);
      now = done;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const elapsed = performance.now() - start;
  took.sort((a, b) => a - b);
  const at = (fraction: number): number => took[Math.floor((took.length - 1) * fraction)] ?? 0;
  return { perSecond: (took.length / elapsed) * 1000, p50: at(0.5), p99: at(0.99) };
}

process.on('message', ({ clients, seconds }: { clients: number; seconds: number }) => {
  void load(clients, seconds).then((result) => process.send?.(result));
});
process.once('SIGTERM', () => void pool.end().then(() => process.exit(0)));
