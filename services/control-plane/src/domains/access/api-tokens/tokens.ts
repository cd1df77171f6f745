// Lets programs in by their tokens. Only a hash is kept; whoever shows a token that is unknown, has ended, or comes from a
// wrong address gets one and the same answer, so that a thief learns nothing from it. The token's people learn it: the
// refusal is recorded, once an hour at most.
import type { TokenMay } from '@muster/contracts/access';
import { TokenRefused } from '@muster/contracts/access';
import { ipRange, parseIpRange, rangeContains } from '@muster/kernel/ip-range';
import { newId } from '@muster/kernel/ids';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { sql } from 'kysely';
import { newContext, type Principal } from '../../../platform/cqrs/principal.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import type { Authenticated } from '../../../platform/http/authenticator.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { allPermissions, Grants } from '../grants/grants.ts';
import { Networks } from '../networks/networks.ts';
import { tokenHash } from '../tokens.ts';
import { Guesses } from './guesses.ts';
import { TokenRights } from './token-rights.ts';
import { couldBeToken } from './token-text.ts';
import { tokenStream } from './token.aggregate.ts';

/** Use is written down at most this often. */
const TOUCH_MS = 5 * 60_000;
/** So is its refusal. */
const REFUSAL_HOURS = 1;

interface Row {
  token_id: string;
  tenant_id: string;
  holder_id: string;
  may: TokenMay;
  networks: string[];
  expires_at: Date;
  ended_at: Date | null;
  used_at: Date | null;
}

type Why = 'ended' | 'expired' | 'network';

@Injectable()
export class Tokens {
  readonly #log = new Logger('Tokens');
  readonly #guesses = new Guesses();

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Grants) private readonly grants: Grants,
    @Inject(TokenRights) private readonly rights: TokenRights,
    @Inject(Networks) private readonly networks: Networks,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  /** Throws Refusal: whoever shows a token means to come in by it. */
  async authenticate(token: string, source: string): Promise<Authenticated> {
    const hash = tokenHash(token);
    const hex = hash.toString('hex');
    this.#guesses.look(source, hex);
    const row = couldBeToken(token) ? await this.#find(hash) : undefined;
    const objection = row ? objectionTo(row, source) : 'unknown';
    if (!row || objection !== null) {
      this.#guesses.wrong(source);
      // Not waited for: the answer must not take longer because the token is one of ours.
      if (row && objection !== 'unknown' && objection !== null) void this.#tell(row, objection, source);
      throw refused();
    }
    const principal = await this.#principalOf(row, source);
    const roles = (principal.grants ?? []).map(({ role }) => role);
    if (!(await this.networks.letsProgram(source, roles))) {
      void this.#tell(row, 'network', source);
      throw refused();
    }
    this.#guesses.good(source, hex);
    if ((row.used_at?.getTime() ?? 0) < Date.now() - TOUCH_MS) await this.#touch(row, source);
    return { principal, csrf: null };
  }

  async #find(hash: Buffer): Promise<Row | undefined> {
    const { rows } = await sql<Row>`
      select t.token_id, t.tenant_id, t.holder_id, t.may, t.networks, t.expires_at, t.ended_at, k.used_at
      from muster.access_token_keys k join muster.access_tokens t using (token_id)
      where k.token_hash = ${hash}`.execute(this.database.db);
    return rows[0];
  }

  async #principalOf(row: Row, source: string): Promise<Principal> {
    const grants = await this.rights.narrowed(row.may, await this.grants.of(row.holder_id));
    return {
      kind: 'token',
      actor: row.holder_id,
      tenantId: row.tenant_id,
      permissions: allPermissions(grants),
      grants,
      tokenId: row.token_id,
      source,
    };
  }

  async #touch({ token_id, holder_id }: Row, source: string): Promise<void> {
    const sealed = await this.personal.seal(holder_id, source);
    await sql`
      update muster.access_token_keys set used_at = now(), used_from = ${sealed}
      where token_id = ${token_id}`.execute(this.database.db);
  }

  async #tell(row: Row, why: Why, source: string): Promise<void> {
    try {
      const { numAffectedRows } = await sql`
        update muster.access_token_keys set refused_at = now() where token_id = ${row.token_id}
          and (refused_at is null or refused_at < now() - make_interval(hours => ${REFUSAL_HOURS}))`.execute(
        this.database.db,
      );
      if (numAffectedRows !== 1n) return;
      const { token_id: tokenId, holder_id: holderId, tenant_id: tenantId } = row;
      const nobody: Principal = { kind: 'anonymous', actor: 'a stranger', tenantId, permissions: new Set() };
      await this.recorder.record(newContext(nobody, { commandId: newId() }), {
        streamId: tokenStream(tokenId),
        streamType: 'token',
        expectedVersion: 'any',
        events: [eventOf(TokenRefused, { tokenId, holderId, why, source: await this.personal.seal(holderId, source) })],
      });
    } catch (error) {
      this.#log.error(`a refused token could not be recorded: ${String(error)}`);
    }
  }
}

function objectionTo(row: Row, source: string): Why | null {
  if (row.ended_at !== null) return 'ended';
  if (row.expires_at <= new Date()) return 'expired';
  return row.networks.length === 0 || isWithin(source, row.networks) ? null : 'network';
}

function isWithin(source: string, networks: readonly string[]): boolean {
  const address = parseIpRange(source);
  return address.ok && networks.some((text) => rangeContains(ipRange(text), address.range));
}

function refused(): Refusal {
  const sentence =
    'This token opens nothing here: it is not known, has ended, or is not good from your address. Ask whoever made it';
  return new Refusal('unauthenticated', 'token', sentence);
}
