// Clients: what other domains may use.
export { clientsModule } from './clients.module.ts';
export { ClientFindings } from './client-findings.ts';
export { ClientNames } from './client-names.ts';
export { ClientsOfServers } from './clients-of-servers.ts';
export { CLIENTS } from './projections/clients.projection.ts';
