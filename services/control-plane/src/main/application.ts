// Builds a process of the control plane from its settings: api, worker and gateway, whichever MUSTER_ROLES names. Starts
// whole or not at all, and stops in order: no new connections, then the rest.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Module, type DynamicModule } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accessModule } from '../domains/access/access.module.ts';
import {
  accessInlineTables,
  AccessController,
  EntryController,
  GRANTS_CHANGED,
  OwnerSetup,
  SESSION_ENDED,
} from '../domains/access/index.ts';
import { auditModule } from '../domains/audit/audit.module.ts';
import { WitnessLists } from '../domains/audit/index.ts';
import { bansModule } from '../domains/bans/bans.module.ts';
import { clientsModule } from '../domains/clients/index.ts';
import { fleetModule } from '../domains/fleet/index.ts';
import { inlineTables } from '../domains/operations/index.ts';
import { operationsModule } from '../domains/operations/operations.module.ts';
import { releasesModule } from '../domains/releases/index.ts';
import { reviewsModule } from '../domains/reviews/reviews.module.ts';
import { postureModule } from '../domains/posture/index.ts';
import { ServerAuthority } from '../domains/servers/index.ts';
import { serversModule } from '../domains/servers/servers.module.ts';
import { LINK_PATH, LINK_SERVER, type LinkServer } from '../platform/agent-link/link-server.ts';
import { buildInfrastructure, type Infrastructure } from '../platform/composition/infrastructure.ts';
import { PlatformModule } from '../platform/composition/platform.module.ts';
import type { Settings } from '../platform/config/settings.ts';
import { Authority } from '../platform/cqrs/authority.ts';
import { ActionBus } from '../platform/cqrs/action-bus.ts';
import { registerActionRoutes } from '../platform/http/action-routes.ts';
import { AUTHENTICATOR, type Authenticator } from '../platform/http/authenticator.ts';
import { limitConnections, listenerOptions } from '../platform/http/connection-limits.ts';
import { TRUST, type Trust } from '../platform/keys/trust.ts';
import { ProblemFilter } from '../platform/http/problem.filter.ts';
import { sendProblem } from '../platform/http/problem.ts';
import { RateLimits } from '../platform/http/rate-limits.ts';
import { sourceAddress } from '../platform/http/source-address.ts';
import { refuseUnstorableText } from '../platform/http/storable-text.ts';
import { refuseOtherUpgrades } from '../platform/http/upgrades.ts';
import { LIVE_PATH, LiveServer } from '../platform/realtime/live-server.ts';
import { JsonLogger } from '../platform/telemetry/json-logger.ts';
import { serveMetrics, type MetricsListener } from '../platform/telemetry/metrics-listener.ts';
import { observeRequests } from '../platform/telemetry/request-telemetry.ts';
import { servePages } from './api/pages.ts';
import { secureHeaders } from './api/secure-headers.ts';
import { serveSync } from './api/sync-route.ts';
import { GatewayModule } from './gateway/gateway.module.ts';
import { serveReleases } from './gateway/releases.ts';
import { answerSupervisor } from './supervisor-channel.ts';

export interface RunningControlPlane {
  /** The port it listens on, also when the settings asked for any. */
  readonly port: number;
  readonly app: NestFastifyApplication;
  stop(): Promise<void>;
}

export async function startControlPlane(settings: Settings): Promise<RunningControlPlane> {
  const infrastructure = await buildInfrastructure(settings, [...inlineTables, ...accessInlineTables]);
  const app = await NestFactory.create<NestFastifyApplication>(
    rootModule(infrastructure),
    new FastifyAdapter({
      ...listenerOptions(settings),
      forceCloseConnections: true,
      // An address that Fastify itself cannot read.
      frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
        void sendProblem(request, reply, error),
      routerOptions: { maxParamLength: 300 },
    }),
    { logger: new JsonLogger(settings.MUSTER_LOG_LEVEL), abortOnError: false },
  );
  const fastify = app.getHttpAdapter().getInstance();
  app.useGlobalFilters(new ProblemFilter());
  limitConnections(app.getHttpServer(), settings);
  refuseOtherUpgrades(app.getHttpServer(), upgradePathsOf(settings));
  secureHeaders(fastify);
  refuseUnstorableText(fastify);
  observeRequests(fastify, infrastructure.metrics);
  fastify.get('/api/health', async (_request, reply) => reply.send({ status: 'ok' }));
  let live: LiveServer | undefined;
  if (settings.MUSTER_ROLES.includes('api')) live = await serveApi(app, infrastructure);
  if (settings.MUSTER_ROLES.includes('gateway')) {
    const presence = app.get(ServerAuthority);
    serveReleases(fastify, settings.MUSTER_RELEASES, app.get<Trust>(TRUST), (enrolmentId) =>
      presence.downloaded(enrolmentId),
    );
    app.get<LinkServer>(LINK_SERVER).attach(app.getHttpServer());
  }
  const metrics = await serveMetricsOf(app, infrastructure, live);
  await app.init();
  await app.listen({ port: settings.MUSTER_PORT, host: settings.MUSTER_BIND });
  const address = app.getHttpServer().address();
  return {
    app,
    port: typeof address === 'object' && address !== null ? address.port : settings.MUSTER_PORT,
    async stop() {
      await metrics?.close();
      await live?.close();
      if (settings.MUSTER_ROLES.includes('gateway')) await app.get<LinkServer>(LINK_SERVER).close();
      await app.close();
      await infrastructure.close();
    },
  };
}

/** What is read from objects of this process at each scrape. undefined when nobody asks for metrics. */
async function serveMetricsOf(
  app: NestFastifyApplication,
  { settings, metrics }: Infrastructure,
  live: LiveServer | undefined,
): Promise<MetricsListener | undefined> {
  if (settings.MUSTER_METRICS_PORT === undefined) return undefined;
  if (live) metrics.gauge('muster_live_sockets', 'Open pages that follow live topics', () => live.sockets);
  if (settings.MUSTER_ROLES.includes('gateway')) {
    const links = app.get<LinkServer>(LINK_SERVER);
    metrics.gauge('muster_agents_connected', 'Agents linked to this gateway', () => links.connected);
  }
  return await serveMetrics(metrics.registry, {
    port: settings.MUSTER_METRICS_PORT,
    bind: settings.MUSTER_METRICS_BIND,
  });
}

function upgradePathsOf({ MUSTER_ROLES: roles }: Settings): string[] {
  return [...(roles.includes('api') ? [LIVE_PATH] : []), ...(roles.includes('gateway') ? [LINK_PATH] : [])];
}

/** The modules of the roles that this process plays. */
function rootModule(infrastructure: Infrastructure): DynamicModule {
  const roles = infrastructure.settings.MUSTER_ROLES;
  const domains = [
    accessModule,
    serversModule,
    operationsModule,
    releasesModule,
    bansModule,
    postureModule,
    auditModule,
    reviewsModule,
    clientsModule,
    fleetModule,
  ];
  return {
    module: ControlPlaneModule,
    imports: [
      PlatformModule.over(
        infrastructure,
        domains.flatMap(({ readModels }) => readModels),
      ),
      ...domains.map((domain) => domain(roles)),
      ...(roles.includes('gateway') ? [GatewayModule.forProcess()] : []),
    ],
    controllers: roles.includes('api') ? [AccessController, EntryController] : [],
  };
}

@Module({})
class ControlPlaneModule {}

async function serveApi(app: NestFastifyApplication, infrastructure: Infrastructure): Promise<LiveServer> {
  const { settings, hints, stations, counts } = infrastructure;
  const fastify = app.getHttpAdapter().getInstance();
  const authenticator = app.get<Authenticator>(AUTHENTICATOR);
  const bus = app.get(ActionBus);
  const rates = new RateLimits(settings, counts);
  rates.countAddresses(fastify, settings);
  registerActionRoutes(fastify, { bus, authenticator, settings, rates });
  const live = new LiveServer(app.getHttpServer(), {
    authenticator,
    hints,
    publicUrl: settings.publicUrl,
    sourceOf: (request) => sourceAddress(request, settings.MUSTER_TRUSTED_PROXIES),
    size: () => stations.api?.tail.size ?? 0,
    lookAtSize: async () => stations.api?.tail.refresh(),
    socketsPerSession: settings.MUSTER_LIMIT_SOCKETS_PER_SESSION,
    backlog: settings.MUSTER_LIMIT_LIVE_BACKLOG,
    topicsPerMinute: settings.MUSTER_LIMIT_TOPICS_PER_MINUTE,
    sessionEnded: SESSION_ENDED,
    authority: app.get(Authority),
    grantsChanged: GRANTS_CHANGED,
  });
  serveSync(fastify, live, { authenticator, settings, rates });
  await servePages(fastify, settings.MUSTER_WEB);
  const setup = app.get(OwnerSetup);
  answerSupervisor({ bus, ownerLink: () => setup.issueLink(), witnesses: app.get(WitnessLists) });
  return live;
}
