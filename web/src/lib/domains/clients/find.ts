// The first of many whose name holds a word.
import { ListClients } from '@muster/contracts/clients';
import { ListServers } from '@muster/contracts/servers';
import { ask } from '#lib/platform/catalogue.ts';

const SHOWN = 30;

export async function findClients(word: string, signal?: AbortSignal) {
  const { clients } = await ask(
    ListClients,
    { limit: SHOWN, ...(word.trim() === '' ? {} : { q: word.trim() }) },
    signal,
  );
  return clients.map(({ clientId, name }) => ({ id: clientId, name }));
}

export async function findServers(word: string, signal?: AbortSignal) {
  const { servers } = await ask(
    ListServers,
    { limit: SHOWN, ...(word.trim() === '' ? {} : { q: word.trim() }) },
    signal,
  );
  return servers.map(({ serverId, name }) => ({ id: serverId, name }));
}
