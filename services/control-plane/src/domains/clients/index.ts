// Clients: what other domains may use.
export { clientsModule } from './clients.module.ts';
export { ClientsOfServers } from './clients-of-servers.ts';
