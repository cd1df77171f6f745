// Where things lie: domains say here which scopes hold one of their things, so that the bus can decide about it before a
// handler looks at it. A kind that the catalogue names and nobody knows stops the start.
import { commands, queries, type SubjectKind } from '@muster/contracts';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';

export interface Place {
  /** Any grant on one of these covers the thing. */
  readonly scopes: readonly string[];
  /** Grants that together hold all of these servers cover it too. */
  readonly servers?: readonly string[];
  /** What kind of thing it is called when it is not found. */
  readonly called?: string;
  /** Its own name, where others need to say it. */
  readonly name?: string;
}

/** null: there is no such thing. */
export type Locate = (value: unknown, tenantId: string) => Promise<Place | null>;

@Injectable()
export class Subjects implements OnApplicationBootstrap {
  readonly #known = new Map<SubjectKind, Locate>();

  know(kind: SubjectKind, locate: Locate): void {
    this.#known.set(kind, locate);
  }

  onApplicationBootstrap(): void {
    for (const { name, permission } of [...commands, ...queries]) {
      if (typeof permission.on === 'string' || this.#known.has(permission.on[0])) continue;
      throw new Error(`${name} is about a ${permission.on[0]}, and no domain says where one lies: add it to Subjects`);
    }
  }

  async locate(kind: SubjectKind, value: unknown, tenantId: string): Promise<Place | null> {
    const locate = this.#known.get(kind);
    if (!locate) throw new Error(`nobody says where a ${kind} lies`);
    return locate(value, tenantId);
  }
}
