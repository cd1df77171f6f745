// Networks as parts of the access domain's module.
import type { Provider } from '@nestjs/common';
import { ResumeApiHandler } from './commands/resume-api.command.ts';
import { SetNetworkRulesHandler } from './commands/set-network-rules.command.ts';
import { StopApiHandler } from './commands/stop-api.command.ts';
import { DoorViews } from './door-views.ts';
import { Networks } from './networks.ts';
import { GetDoorsHandler } from './queries/get-doors.query.ts';
import { GetNetworksHandler } from './queries/get-networks.query.ts';
import { RecordNetworks } from './record-networks.ts';

const api: readonly Provider[] = [
  Networks,
  DoorViews,
  RecordNetworks,
  SetNetworkRulesHandler,
  StopApiHandler,
  ResumeApiHandler,
  GetDoorsHandler,
  GetNetworksHandler,
];

export const networkParts = { api };
