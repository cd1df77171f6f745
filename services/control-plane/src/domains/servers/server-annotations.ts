// What other domains know about a server and its row shows: open tasks, the state of its ban table. They add themselves
// here, so that servers need not know them.
import type { ServerRow } from '@muster/contracts/servers';
import { Injectable } from '@nestjs/common';

export type ServerAnnotation = Partial<Pick<ServerRow, 'openTasks' | 'bans'>>;
export type Annotator = (serverIds: readonly string[]) => Promise<ReadonlyMap<string, ServerAnnotation>>;

@Injectable()
export class ServerAnnotations {
  readonly #annotators: Annotator[] = [];

  add(annotator: Annotator): void {
    this.#annotators.push(annotator);
  }

  async of(serverIds: readonly string[]): Promise<ReadonlyMap<string, ServerAnnotation>> {
    const merged = new Map<string, ServerAnnotation>();
    for (const annotations of await Promise.all(this.#annotators.map((annotator) => annotator(serverIds)))) {
      for (const [serverId, annotation] of annotations) {
        merged.set(serverId, { ...merged.get(serverId), ...annotation });
      }
    }
    return merged;
  }
}
