// The way back of an upgrade: a copy of the database from before it, on the same server. It is no restore: between the copy
// and the way back nothing reached a server, and nobody signed a checkpoint, so the ledger goes on as if nothing had been tried.
import { DatabaseServer } from '../recovery/swap.ts';

const nameIn = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));
const stamp = (now: Date): string => now.toISOString().replace(/\D/g, '').slice(0, 14);

/** Refuses while a process of Muster is connected. Answers the copy's name. */
export async function keepDatabase(url: string, now: Date): Promise<string> {
  const name = nameIn(url);
  const kept = `${name}_before_upgrade_${stamp(now)}`;
  const server = await DatabaseServer.connect(url);
  try {
    await server.requireUnused(name);
    await server.copy(name, kept);
    return kept;
  } finally {
    await server.close();
  }
}

/** Answers the name under which the upgraded database is kept. */
export async function goBack(url: string, kept: string, now: Date): Promise<string> {
  const name = nameIn(url);
  const failed = `${name}_failed_${stamp(now)}`;
  const server = await DatabaseServer.connect(url);
  try {
    await server.requireUnused(name);
    await server.rename(name, failed);
    await server.rename(kept, name);
    return failed;
  } finally {
    await server.close();
  }
}
