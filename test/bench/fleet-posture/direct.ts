// Beside the API: the map's statements sent straight to PostgreSQL by somebody who sees everything. Runs the built control
// plane.
import { addedUp, worstServers, type AskedMap } from '@muster/control-plane/domains/posture/queries/get-posture.query';
import { connect } from '@muster/control-plane/platform/database/database';
import { DEFAULT_TENANT } from '@muster/kernel/ids';

export interface MapOrder {
  looks: number;
  /** Rows of one page. */
  limit: number;
  /** Time of the scores that today's are compared with; ISO 8601. */
  compared: string;
}

const [adminUrl = ''] = process.argv.slice(2);
const admin = connect(adminUrl, 'bench', 2);

process.on('message', (order: MapOrder) => {
  void look(order).then((answer) => process.send?.(answer));
});
process.once('SIGTERM', () => process.exit(0));

/** Milliseconds of each look. */
async function look({ looks, limit, compared }: MapOrder): Promise<number[]> {
  const asked: AskedMap = {
    tenantId: DEFAULT_TENANT,
    members: null,
    moment: null,
    compared: new Date(compared),
  };
  const took: number[] = [];
  for (let index = 0; index < looks; index += 1) {
    const began = performance.now();
    await worstServers(asked, null, limit).execute(admin.db);
    await addedUp(asked).execute(admin.db);
    took.push(performance.now() - began);
  }
  return took;
}
