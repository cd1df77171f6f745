// The fleet page gathers what the domains say; a server's row gets their annotations here.
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import { domainModule } from '../../platform/composition/platform.module.ts';
import { BansOverview } from '../bans/index.ts';
import { OpenWork } from '../operations/index.ts';
import { ServerAnnotations } from '../servers/index.ts';
import { Duties } from './duties.ts';
import { GetFleetHandler } from './queries/get-fleet.query.ts';
import { TroubledServers } from './troubled-servers.ts';

const ANNOTATED = Symbol('ANNOTATED');

export const fleetModule = domainModule({
  api: [
    Duties,
    TroubledServers,
    GetFleetHandler,
    {
      provide: ANNOTATED,
      inject: [ServerAnnotations, OpenWork, BansOverview],
      useFactory: (annotations: ServerAnnotations, work: OpenWork, bans: BansOverview) => {
        annotations.add(async (serverIds) => {
          const open = await work.tasksOf(serverIds);
          return new Map([...open].map(([serverId, openTasks]) => [serverId, { openTasks }]));
        });
        annotations.add(async (serverIds) => {
          const states = await bans.servers(DEFAULT_TENANT, serverIds);
          return new Map(states.map(({ serverId, state }) => [serverId, { bans: state }]));
        });
        return annotations;
      },
    },
  ],
});
