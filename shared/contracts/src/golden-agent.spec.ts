// Golden messages of the first version of the agent's protocol. Agents of that release are out there: the control plane must go
// on reading what they say, and must say nothing to them that they, whose schemas are strict, do not know.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  cancelEnvelope,
  enrolAnswer,
  enrolRequest,
  fromAgent,
  keyset,
  receipt,
  taskEnvelope,
  toAgent,
  uninstallReport,
} from './agent/index.ts';

type Message = Readonly<Record<string, unknown>>;
const FOLDER = join(import.meta.dirname, '../golden/agent');
const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));

const said = read('from-agent.json') as readonly Message[];
const heard = read('to-agent.json') as readonly Message[];
const enrolment = read('enrolment.json') as { request: Message; answer: Message };
const bodies = read('signed-bodies.json') as Readonly<Record<string, Message>>;

/** Sent only to agents that named the feature; see AGENT_FEATURES. */
const LATER: readonly string[] = ['journal-request', 'epoch', 'rotate-key'];

const nameOf = ({ t, body }: Message): string => [t, (body as Message | undefined)?.['kind']].join(' ');
/** Fields that a message of ours always has. */
const always = ({ shape }: z.ZodObject): string[] =>
  Object.entries(shape)
    .filter(([, field]) => !(field as z.ZodType).safeParse(undefined).success)
    .map(([name]) => name)
    .sort();

describe('what agents of the first release say', () => {
  it.each(said.map((message) => [nameOf(message), message] as const))('%s is read as it was meant', (_, message) => {
    expect(fromAgent.parse(message)).toEqual(message);
  });

  it('and how they enrol', () => expect(enrolRequest.parse(enrolment.request)).toEqual(enrolment.request));

  it.each([
    ['receipt', receipt],
    ['uninstallReport', uninstallReport],
  ] as const)('and what they sign: %s', (name, schema) => {
    expect(schema.parse(bodies[name])).toEqual(bodies[name]);
  });
});

describe('what agents of the first release are told', () => {
  const types = toAgent.options.map((option) => [...option.shape.t.values][0] ?? '');

  it('has a golden message for every frame that is not kept from them', () => {
    expect(new Set(types.filter((t) => !LATER.includes(t)))).toEqual(new Set(heard.map(({ t }) => t)));
  });

  it.each(heard.map((message) => [String(message['t']), message] as const))(
    '%s has no field that is new to them',
    (t, message) => {
      const schema = toAgent.options.find((option) => option.shape.t.values.has(t as never));
      expect(toAgent.parse(message)).toEqual(message);
      expect(always(schema as unknown as z.ZodObject)).toEqual(Object.keys(message).sort());
    },
  );

  it.each([
    ['the answer to an enrolment', enrolAnswer, enrolment.answer],
    ['a task', taskEnvelope, bodies['task']],
    ['a cancel', cancelEnvelope, bodies['cancel']],
    ['a keyset', keyset, bodies['keyset']],
  ] as const)('%s has no field that is new to them', (_, schema, message) => {
    expect(schema.parse(message)).toEqual(message);
    expect(always(schema)).toEqual(Object.keys(message ?? {}).sort());
  });
});
