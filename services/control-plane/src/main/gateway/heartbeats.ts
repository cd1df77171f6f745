// A heartbeat concerns two domains: presence takes the beat, the witness desk answers it with a checkpoint.
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { WitnessDesk } from '../../domains/audit/index.ts';
import { ServerAuthority } from '../../domains/servers/index.ts';
import { LinkRegistry } from '../../platform/agent-link/link-registry.ts';
import { LINK_SERVER, type LinkServer } from '../../platform/agent-link/link-server.ts';

@Injectable()
export class Heartbeats implements OnModuleInit {
  constructor(
    @Inject(LinkRegistry) private readonly registry: LinkRegistry,
    @Inject(LINK_SERVER) private readonly link: LinkServer,
    @Inject(ServerAuthority) private readonly presence: ServerAuthority,
    @Inject(WitnessDesk) private readonly witnesses: WitnessDesk,
  ) {}

  onModuleInit(): void {
    this.registry.onFrame('heartbeat', async (server, frame) => {
      const session = this.link.session(server.serverId);
      if (!session) return;
      this.presence.heard(session, frame.time, frame.spooled);
      session.send({
        t: 'beat',
        time: new Date().toISOString(),
        checkpoint: await this.witnesses.offer(server, frame.seenSize, frame.seenOrigin),
      });
    });
  }
}
