// Folders where a change is looked at at once: keys, cron, units, the way in, uploads of sites. systemd watches them for us (a
// transient path unit), so that nothing of ours has to stay awake; what it starts only touches a file of agentd's.
import { existsSync } from 'node:fs';
import type { ProbedHost } from '@muster/posture/host';
import { lines } from '@muster/posture/probe';
import { parsePasswd } from '@muster/posture/probes/accounts';
import { WEB_ROOTS } from '@muster/posture/probes/web-files';
import type { Exec } from '../../host/exec.ts';

const UNIT = 'muster-watch';
const MOST_PLACES = 500;
const FIXED = [
  '/etc/cron.d',
  '/etc/cron.hourly',
  '/etc/cron.daily',
  '/etc/cron.weekly',
  '/etc/cron.monthly',
  '/var/spool/cron/crontabs',
  '/etc/systemd/system',
  '/etc/profile.d',
  '/etc/pam.d',
];

export interface WatchedPlacesOptions {
  readonly host: ProbedHost;
  readonly exec: Exec;
  /** The file that says that something stirred; agentd's own. */
  readonly mark: string;
  readonly user: string;
}

export class WatchedPlaces {
  readonly #with: WatchedPlacesOptions;
  #watching = '';

  constructor(options: WatchedPlacesOptions) {
    this.#with = options;
  }

  /** How many places are watched from now on; 0 where systemd cannot. */
  async watch(): Promise<number> {
    const places = await this.#places();
    const said = places.join('\n');
    if (said === this.#watching && (await this.#run('systemctl', ['is-active', '--quiet', `${UNIT}.path`]))) {
      return places.length;
    }
    await this.#run('systemctl', ['stop', `${UNIT}.path`, `${UNIT}.service`]);
    // A unit that failed, for want of inotify instances, keeps its name until it is told.
    await this.#run('systemctl', ['reset-failed', `${UNIT}.path`, `${UNIT}.service`]);
    // Since version 250 systemd gives up on a path that is triggered often; the ones before do not know the setting.
    const started =
      (await this.#start(places, ['--path-property=TriggerLimitIntervalSec=0'])) || (await this.#start(places, []));
    this.#watching = started ? said : '';
    return started ? places.length : 0;
  }

  #start(places: readonly string[], more: readonly string[]): Promise<boolean> {
    return this.#run('systemd-run', [
      '--quiet',
      `--unit=${UNIT}`,
      ...places.map((place) => `--path-property=PathChanged=${place}`),
      ...more,
      '--property=StartLimitIntervalSec=0',
      `--uid=${this.#with.user}`,
      '/usr/bin/touch',
      this.#with.mark,
    ]);
  }

  /** A place that is not there yet may be watched: systemd waits for it in the folder above. */
  async #places(): Promise<string[]> {
    const { host } = this.#with;
    const passwd = await host.read('/etc/passwd');
    const homes = parsePasswd(passwd.state === 'read' ? passwd.text : '', null).flatMap(({ shell, home }) =>
      shell && existsSync(home) ? [`${home}/.ssh`] : [],
    );
    const roots = [...WEB_ROOTS, '/home'].filter((root) => existsSync(root));
    const found = await host.run('find', [
      ...roots,
      '-xdev',
      '-maxdepth',
      '9',
      '-type',
      'd',
      '-path',
      '*/wp-content/uploads*',
      '-printf',
      '%p\\n',
    ]);
    // Where there are too many, each site's own folder is worth more than its years and months.
    const uploads = lines(roots.length === 0 ? '' : (found?.stdout ?? '')).sort((a, b) => a.length - b.length);
    const fixed = FIXED.filter((place) => existsSync(place));
    return (
      [...new Set([...fixed, ...homes, ...uploads])]
        // systemd would take a per cent sign for one of its own words.
        .filter((place) => place.startsWith('/') && !place.includes('%'))
        .slice(0, MOST_PLACES)
    );
  }

  async #run(program: 'systemctl' | 'systemd-run', args: readonly string[]): Promise<boolean> {
    const path = `/usr/bin/${program}`;
    return existsSync(path) && (await this.#with.exec(path, args)).code === 0;
  }
}
