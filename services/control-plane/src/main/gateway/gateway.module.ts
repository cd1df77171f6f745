// The gateway of this process: one link server, its identity, and what is heard over it.
import { newId } from '@muster/kernel/ids';
import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { EnrolmentController, ServerAuthority, ServerKeys } from '../../domains/servers/index.ts';
import { GATEWAY_ID } from '../../platform/agent-link/gateway-id.ts';
import { LinkRegistry } from '../../platform/agent-link/link-registry.ts';
import { LINK_SERVER, LinkServer } from '../../platform/agent-link/link-server.ts';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { sourceAddress } from '../../platform/http/source-address.ts';
import { readKey } from '../../platform/keys/key-store.ts';
import { TRUST, type Trust } from '../../platform/keys/trust.ts';
import { Heartbeats } from './heartbeats.ts';
import { KeyRequests } from './key-requests.ts';
import { Unwelcome } from './unwelcome.ts';

@Global()
@Module({})
export class GatewayModule {
  static forProcess(): DynamicModule {
    const providers: Provider[] = [
      { provide: GATEWAY_ID, useValue: newId() },
      {
        provide: LINK_SERVER,
        inject: [SETTINGS, TRUST, LinkRegistry, ServerAuthority, ServerKeys],
        useFactory: (
          settings: Settings,
          trust: Trust,
          registry: LinkRegistry,
          authority: ServerAuthority,
          keys: ServerKeys,
        ) =>
          new LinkServer({
            authority,
            keys,
            registry,
            trust,
            gatewayKey: readKey(settings.MUSTER_KEYS, 'gateway'),
            heartbeatSeconds: settings.MUSTER_HEARTBEAT_SECONDS,
            limits: {
              halfOpen: settings.MUSTER_LIMIT_HALF_OPEN,
              halfOpenPerAddress: settings.MUSTER_LIMIT_HALF_OPEN_PER_ADDRESS,
              framesPerSecond: settings.MUSTER_LIMIT_AGENT_FRAMES_PER_SECOND,
              bytesPerSecond: settings.MUSTER_LIMIT_AGENT_BYTES_PER_SECOND,
              backlogBytes: settings.MUSTER_LIMIT_AGENT_BACKLOG_BYTES,
            },
            addressOf: (request) => sourceAddress(request, settings.MUSTER_TRUSTED_PROXIES),
          }),
      },
      Heartbeats,
      Unwelcome,
      KeyRequests,
    ];
    return { module: GatewayModule, controllers: [EnrolmentController], providers, exports: providers };
  }
}
