// Moves the checkpoints of those that found nothing for them in the log. A reader who waits hurries all read models at once,
// and most have nothing to do: what they save in the same moment goes into one statement.
import { sql, type Kysely } from 'kysely';
import { CheckpointMoved } from './checkpoints.ts';
import type { Subscription } from './subscription.ts';

interface Move {
  readonly name: string;
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds in which moves gather. */
const GATHER_FOR = 2;

export class CheckpointSaver {
  readonly #db: Kysely<unknown>;
  #moves: Move[] = [];

  constructor(db: Kysely<unknown>) {
    this.#db = db;
  }

  /** Rejects with CheckpointMoved when it is no longer at `from`, or another worker holds it. */
  move({ name, version }: Pick<Subscription, 'name' | 'version'>, from: number, to: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#moves.length === 0) setTimeout(() => void this.#save(), GATHER_FOR);
      this.#moves.push({ name, version, from, to, resolve, reject });
    });
  }

  async #save(): Promise<void> {
    const moves = this.#moves;
    this.#moves = [];
    const column = <K extends keyof Move>(key: K): Move[K][] => moves.map((move) => move[key]);
    try {
      // A crash that loses this costs another look at the same stretch of the log: nobody waits for the disk.
      const { rows } = await sql<{ n: number }>`
        with wanted as (
          select w.*, set_config('synchronous_commit', 'off', true)
          from unnest(${column('name')}::text[], ${column('version')}::int[], ${column('from')}::bigint[],
                      ${column('to')}::bigint[]) with ordinality as w(name, version, from_position, to_position, n)),
        free as (
          select w.n, w.name, w.version, w.to_position
          from es.subscriptions s
          join wanted w on s.name = w.name and s.version = w.version and s.position = w.from_position
          where s.status = 'running'
          for update of s skip locked)
        update es.subscriptions s set position = free.to_position, updated_at = clock_timestamp()
        from free where s.name = free.name and s.version = free.version
        returning free.n::int as n`.execute(this.#db);
      const moved = new Set(rows.map(({ n }) => n));
      moves.forEach(({ name, version, from, resolve, reject }, index) => {
        if (moved.has(index + 1)) resolve();
        else reject(new CheckpointMoved(`${name}@${version} is no longer at ${from}`));
      });
    } catch (error) {
      for (const { reject } of moves) reject(error);
    }
  }
}
