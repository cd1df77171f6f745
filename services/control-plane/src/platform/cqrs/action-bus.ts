// The one decorated bus. For commands: authorise, validate, answer a repeat from memory, run the handler, record a
// refusal, wait until the caller can read its own write. @nestjs/cqrs runs neither guards nor interceptors for
// handlers, so what must hold for all of them stands here.
import { createHmac } from 'node:crypto';
import { CommandRefused, SensitiveRead } from '@muster/contracts/audit';
import { commands, queries, type CommandDefinition, type QueryDefinition } from '@muster/contracts';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { z } from 'zod';
import { SETTINGS, type Settings } from '../config/settings.ts';
import { SYSTEM_DATABASE, type Connection } from '../database/database.ts';
import { withSight } from '../database/sight.ts';
import { AlreadyTaken, CommandReused, ConcurrencyConflict, EventStore } from '../event-store/index.ts';
import { Refusal, type FieldError } from '../errors/refusal.ts';
import { Authority } from './authority.ts';
import { commandClass, queryClass } from './messages.ts';
import type { Principal, RequestContext } from './principal.ts';
import { MasterKey } from '../personal-data/personal-data.ts';
import { ReadBarrier } from '../projections/read-barrier.ts';
import { ActionTelemetry } from './action-telemetry.ts';
import { eventOf, Recorder } from './recorder.ts';

/** How long a command waits for its ledger position and for read models to show it. */
const OWN_WRITE_MS = 1500;
/** A handler that lost a race reads again and decides anew. */
const CONFLICT_ATTEMPTS = 4;

/** Code of the problem that the page answers with the step-up dialog. */
const STEP_UP = 'step-up';

interface Remembered {
  readonly request_hash: string;
  readonly answer: Record<string, unknown>;
}

@Injectable()
export class ActionBus implements OnApplicationBootstrap {
  readonly #log = new Logger('ActionBus');
  readonly #fingerprintKey: Buffer;
  readonly #inFlight = new Map<string, { hash: string; answer: Promise<Record<string, unknown>> }>();

  constructor(
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(ReadBarrier) private readonly barrier: ReadBarrier,
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Authority) private readonly authority: Authority,
    @Inject(ActionTelemetry) private readonly telemetry: ActionTelemetry,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(MasterKey) master: MasterKey,
  ) {
    this.#fingerprintKey = master.derive('command-fingerprints');
  }

  /** Half-wired does not start. */
  onApplicationBootstrap(): void {
    const missing = [
      ...commands.filter((definition) => !commandClass(definition.name)),
      ...queries.filter((definition) => !queryClass(definition.name)),
    ].map((definition) => definition.name);
    if (missing.length > 0) throw new Error(`No handler answers ${missing.join(', ')}: add it to its domain's module`);
  }

  async command<D extends CommandDefinition>(
    definition: D,
    given: unknown,
    context: RequestContext,
  ): Promise<z.output<D['output']>> {
    // The handler of a definition answers with its fields: commandOf ties the two; here only the name is left.
    return (await this.telemetry.observe(definition.name, context, () =>
      this.#command(definition, given, context),
    )) as z.output<D['output']>;
  }

  async #command(
    definition: CommandDefinition,
    given: unknown,
    context: RequestContext,
  ): Promise<Record<string, unknown>> {
    try {
      requirePersonWhere(definition, context.principal);
      this.authority.requirePermission(definition, context.principal);
      const input = validate(definition.input, given);
      const { sight, grant } = await this.authority.decide(definition, input, context.principal);
      const hash = this.#fingerprint(definition.name, input);
      const key = `${context.principal.actor} ${context.commandId}`;
      const running = this.#inFlight.get(key);
      if (running) return this.#same(running.hash, hash, context, await running.answer);
      const known = await this.#recall(context);
      if (known) return this.#same(known.request_hash, hash, context, known.answer);
      this.#requireFreshProof(definition, context);
      const allowed = grant === null ? context : { ...context, grant };
      const answer = withSight(sight, () => this.#run(definition, input, allowed, hash));
      this.#inFlight.set(key, { hash, answer });
      try {
        return await answer;
      } finally {
        this.#inFlight.delete(key);
      }
    } catch (error) {
      throw await this.#refused(definition, given, context, error);
    }
  }

  async query<D extends QueryDefinition>(
    definition: D,
    given: unknown,
    context: RequestContext,
  ): Promise<z.output<D['output']>> {
    return this.telemetry.observe(definition.name, context, () => this.#query(definition, given, context));
  }

  async #query<D extends QueryDefinition>(
    definition: D,
    given: unknown,
    context: RequestContext,
  ): Promise<z.output<D['output']>> {
    try {
      requirePersonWhere(definition, context.principal);
      this.authority.requirePermission(definition, context.principal);
      const input = validate(definition.input, given);
      const { sight, grant } = await this.authority.decide(definition, input, context.principal);
      const allowed = grant === null ? context : { ...context, grant };
      const Message = queryClass(definition.name);
      if (!Message) throw new Error(`no handler for ${definition.name}`);
      if (definition.sensitive) await this.#recordRead(definition, input, allowed);
      const message = new Message(input, allowed);
      return (await withSight(sight, () => this.queryBus.execute(message))) as z.output<D['output']>;
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'forbidden') {
        throw await this.#refused(definition, given, context, error);
      }
      throw translated(error);
    }
  }

  /** Told by its code, which the page answers with a dialog; the same command under the same id then goes through. */
  #requireFreshProof(definition: CommandDefinition, { principal }: RequestContext): void {
    if (!definition.stepUp || principal.kind !== 'person') return;
    const proven = principal.factorAt === undefined ? 0 : Date.parse(principal.factorAt);
    if (Date.now() - proven <= this.settings.MUSTER_STEP_UP_SECONDS * 1000) return;
    throw new Refusal(
      'forbidden',
      STEP_UP,
      'Prove that it is you once more: this action is dangerous in a stranger’s hands',
    );
  }

  /** Keyed: the input may hold a password, and a plain hash of it could be guessed at. */
  #fingerprint(command: string, input: unknown): string {
    return createHmac('sha256', this.#fingerprintKey).update(canonicalBytes({ command, input })).digest('hex');
  }

  async #run(
    definition: CommandDefinition,
    input: unknown,
    context: RequestContext,
    hash: string,
  ): Promise<Record<string, unknown>> {
    const Message = commandClass(definition.name);
    if (!Message) throw new Error(`no handler for ${definition.name}`);
    for (let attempt = 1; ; attempt++) {
      try {
        const outcome = await this.commandBus.execute(new Message(input, context));
        const last = outcome.eventIds.at(-1);
        const position = last ? await this.store.positionOf(last, OWN_WRITE_MS) : null;
        if (position !== null) await this.barrier.reached(position, OWN_WRITE_MS);
        const answer = { ...outcome.answer, commandId: context.commandId, position, replayed: outcome.replayed };
        await this.#remember(definition, context, hash, answer);
        return answer;
      } catch (error) {
        if (error instanceof ConcurrencyConflict && attempt < CONFLICT_ATTEMPTS) continue;
        throw error;
      }
    }
  }

  #same<T extends Record<string, unknown>>(knownHash: string, hash: string, context: RequestContext, answer: T): T {
    if (knownHash !== hash) throw new CommandReused(context.commandId);
    return { ...answer, replayed: true };
  }

  async #recall({ principal, commandId }: RequestContext): Promise<Remembered | undefined> {
    const { rows } = await sql<Remembered>`
      select request_hash, answer from muster.platform_commands
      where actor = ${principal.actor} and command_id = ${commandId}`.execute(this.database.db);
    return rows[0];
  }

  /** What is shown once is not kept. */
  async #remember(
    { shownOnce }: CommandDefinition,
    { principal, commandId }: RequestContext,
    hash: string,
    answer: Record<string, unknown>,
  ): Promise<void> {
    await sql`
      insert into muster.platform_commands (actor, command_id, request_hash, answer)
      values (${principal.actor}, ${commandId}, ${hash}, ${JSON.stringify({ ...answer, ...shownOnce })}::jsonb)
      on conflict do nothing`.execute(this.database.db);
  }

  async #recordRead(definition: QueryDefinition, input: unknown, context: RequestContext): Promise<void> {
    await this.recorder.record(
      context,
      {
        streamId: `reads-${context.principal.actor}`,
        streamType: 'reads',
        expectedVersion: 'any',
        events: [eventOf(SensitiveRead, { what: definition.name, subject: subjectOf(definition, input) })],
      },
      'read',
    );
  }

  /** A signed-in person's refused attempt is an event; the refusal itself goes back to the caller. */
  async #refused(
    definition: CommandDefinition | QueryDefinition,
    given: unknown,
    context: RequestContext,
    thrown: unknown,
  ): Promise<unknown> {
    const error = translated(thrown);
    if (!(error instanceof Refusal) || context.principal.kind === 'anonymous') return error;
    // A question, not a refusal; the answer to it is an event.
    if (error.code === STEP_UP) return error;
    try {
      await this.recorder.record(
        context,
        {
          streamId: `refusals-${context.principal.actor}`,
          streamType: 'refusals',
          expectedVersion: 'any',
          events: [
            eventOf(CommandRefused, {
              what: definition.name,
              code: error.code,
              why: error.recordedAs.slice(0, 500),
              subject: subjectOf(definition, given),
            }),
          ],
        },
        `refused ${JSON.stringify([error.code, error.message])}`,
      );
    } catch (failure) {
      this.#log.error(`a refusal of ${definition.name} could not be recorded: ${String(failure)}`);
    }
    return error;
  }
}

/** A token proves nothing but itself, and has no account to look after. */
function requirePersonWhere({ tokens }: CommandDefinition | QueryDefinition, { kind }: Principal): void {
  if (tokens || kind !== 'token') return;
  throw new Refusal('forbidden', 'needs-person', 'This is done by a person who is there, never by a token');
}

function validate(schema: z.ZodType, given: unknown): unknown {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error);
}

/** Names each field that is wrong and what is accepted; never repeats what was given. */
export function invalid(error: z.ZodError): Refusal {
  const fields: FieldError[] = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const first = fields[0];
  const sentence = first ? (first.path === '' ? first.message : `${first.path}: ${first.message}`) : 'Not understood';
  return new Refusal('invalid', 'invalid', sentence, { fields });
}

/** Errors of the event store in the words of this edge. */
function translated(error: unknown): unknown {
  if (error instanceof CommandReused) {
    return new Refusal('conflict', 'id-reused', 'That Idempotency-Key was used before with another body');
  }
  if (error instanceof ConcurrencyConflict) {
    return new Refusal(
      'conflict',
      'changed-meanwhile',
      'Somebody changed this at the same moment. Look again and repeat',
    );
  }
  if (error instanceof AlreadyTaken) {
    return new Refusal('conflict', 'taken', `${error.keys.join(', ')} is taken already`);
  }
  return error;
}

/**
 * The one field that says what it was about; bounded, never a secret because contracts have none in these, and never what
 * names a person: the ledger keeps it for ever.
 */
function subjectOf({ input: schema }: CommandDefinition | QueryDefinition, input: unknown): string | null {
  if (typeof input !== 'object' || input === null) return null;
  for (const name of [
    'personId',
    'range',
    'address',
    'name',
    'serverId',
    'operationId',
    'blockId',
    'entryId',
    'tokenId',
    'accountId',
    'groupId',
    'position',
  ]) {
    const value: unknown = Reflect.get(input, name);
    if (schema instanceof z.ZodObject && schema.shape[name]?.meta()?.['personal'] === true) continue;
    if (typeof value === 'string' || typeof value === 'number') return String(value).slice(0, 200);
  }
  return null;
}
