// Where a new agent introduces itself: a one-time token against the server's own keys. Open to the world, so everything
// is bounded and every wrong token gets the same answer.
import { createHash, timingSafeEqual } from 'node:crypto';
import { enrolRequest, type EnrolAnswer } from '@muster/contracts/agent';
import { ServerEnrolled } from '@muster/contracts/servers';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { derivedId, newId } from '@muster/kernel/ids';
import { verifyFor } from '@muster/kernel/signing';
import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GATEWAY_STORE } from '../../../platform/composition/tokens.ts';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { invalid } from '../../../platform/cqrs/action-bus.ts';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/recorder.ts';
import { GATEWAY_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { AlreadyTaken, type EventStore } from '../../../platform/event-store/index.ts';
import { sendProblem } from '../../../platform/http/problem.ts';
import { sourceAddress } from '../../../platform/http/source-address.ts';
import { Throttle } from '../../../platform/http/throttle.ts';
import { TRUST, type Trust } from '../../../platform/keys/trust.ts';
import { fingerprintOfKeys } from '../key-rotation.ts';
import { AGENT_KEY, ENROLMENT, SERVER_NAME } from '../reservations.ts';
import { serverStream } from '../server-events.ts';
import type { ServersTables } from '../tables.ts';
import { enrolmentIdOf, hashToken } from './token.ts';

/** Attempts per source address and minute. A fleet behind one address enrols in batches. */
const ATTEMPTS_PER_MINUTE = 120;
/** fra-web-01, fra-web-01-2, …: how many names are tried when a host brings one that is taken. */
const NAME_ATTEMPTS = 50;
/** The read model must know the server before its agent dials. */
const VISIBLE_MS = 3000;

@Controller('agent/v1/enrolments')
export class EnrolmentController {
  readonly #throttle = new Throttle(ATTEMPTS_PER_MINUTE, 60_000);

  constructor(
    @Inject(GATEWAY_DATABASE) private readonly database: Connection,
    @Inject(GATEWAY_STORE) private readonly store: EventStore,
    @Inject(TRUST) private readonly trust: Trust,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post()
  @HttpCode(201)
  async enrol(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    try {
      const source = sourceAddress(request.raw, this.settings.MUSTER_TRUSTED_PROXIES);
      if (!this.#throttle.take(source)) {
        throw new Refusal('too-many', 'throttled', 'Too many enrolments from this address. Try again in a minute', {
          retryAfter: 60,
        });
      }
      await reply.status(201).send(await this.#enrol(body));
    } catch (error) {
      await sendProblem(request, reply, error);
    }
  }

  async #enrol(body: unknown): Promise<EnrolAnswer> {
    const parsed = enrolRequest.safeParse(body);
    if (!parsed.success) throw invalid(parsed.error);
    const { proof, ...claimed } = parsed.data;
    if (!verifyFor('muster/enrolment/v1', claimed.agentKey, canonicalBytes(claimed), proof)) {
      throw new Refusal('forbidden', 'proof', 'The request is not signed by the key it brings');
    }
    const enrolment = await this.#enrolmentOf(claimed.token);
    const fingerprint = fingerprintOfKeys([claimed.agentKey, claimed.hostKey, claimed.sealingKey]);
    const serverId = newId();
    const wanted = enrolment.name ?? nameFrom(claimed.hostname);
    for (let attempt = 1; attempt <= NAME_ATTEMPTS; attempt++) {
      const name = attempt === 1 ? wanted : `${wanted.slice(0, 58)}-${attempt}`;
      try {
        const { eventIds } = await this.store.append({
          commandId: derivedId('enrol', enrolment.enrolment_id, claimed.agentKey, name),
          actor: `server:${serverId}`,
          requestHash: createHash('sha256').update(canonicalBytes(claimed)).digest(),
          tenantId: enrolment.tenant_id,
          streamId: serverStream(serverId),
          streamType: 'server',
          expectedVersion: 'new',
          events: [
            eventOf(ServerEnrolled, {
              serverId,
              enrolmentId: enrolment.enrolment_id,
              name,
              hostname: claimed.hostname,
              agentKey: claimed.agentKey,
              hostKey: claimed.hostKey,
              sealingKey: claimed.sealingKey,
              fingerprint,
              machineHash: claimed.machineHash,
              agentVersion: claimed.agentVersion,
              offers: claimed.offers,
              observeOnly: claimed.observeOnly,
              simulated: enrolment.simulated,
            }),
          ],
          meta: {
            v: 1,
            actor: `server:${serverId}`,
            actorKind: 'agent',
            software: SOFTWARE,
            correlation: enrolment.enrolment_id,
            tenant: enrolment.tenant_id,
          },
          reserve: [
            { namespace: ENROLMENT, key: enrolment.enrolment_id },
            { namespace: AGENT_KEY, key: claimed.agentKey },
            { namespace: SERVER_NAME, key: name.toLowerCase() },
          ],
        });
        await this.#visible(serverId, eventIds);
        return { server: serverId, name, keyset: this.trust.signed, fingerprint };
      } catch (error) {
        if (!(error instanceof AlreadyTaken)) throw error;
        if (error.namespace !== SERVER_NAME) throw refusedToken();
      }
    }
    throw new Refusal('conflict', 'taken', `Many servers are called ${wanted}. Give this one a name when you enrol it`);
  }

  async #enrolmentOf(token: string) {
    const enrolment = await this.database.db
      .withTables<ServersTables>()
      .selectFrom('muster.servers_enrolments')
      .selectAll()
      .where('enrolment_id', '=', enrolmentIdOf(token))
      .executeTakeFirst();
    const hash = hashToken(token);
    const known = enrolment?.token_hash ?? Buffer.alloc(32);
    const same = timingSafeEqual(hash, known);
    const usable =
      enrolment && same && !enrolment.cancelled_at && !enrolment.server_id && enrolment.expires_at > new Date();
    if (!usable) throw refusedToken();
    return enrolment;
  }

  async #visible(serverId: string, eventIds: readonly string[]): Promise<void> {
    const deadline = Date.now() + VISIBLE_MS;
    await this.store.positionOf(eventIds[0] ?? '', VISIBLE_MS);
    while (Date.now() < deadline) {
      const row = await this.database.db
        .withTables<ServersTables>()
        .selectFrom('muster.servers_servers')
        .select('server_id')
        .where('server_id', '=', serverId)
        .executeTakeFirst();
      if (row) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // Not yet shown: the agent's link is refused as unknown and dials again by itself.
  }
}

const refusedToken = () =>
  new Refusal(
    'forbidden',
    'token',
    'This token was used, has ended or was withdrawn. Issue a new one on the Servers page',
  );

/** A host's own name made fit: what a server name may not hold becomes a hyphen. */
function nameFrom(hostname: string): string {
  const short = hostname.split('.')[0] ?? '';
  const fit = short
    .replaceAll(/[^a-zA-Z0-9-]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
  return fit === '' ? 'server' : fit;
}
