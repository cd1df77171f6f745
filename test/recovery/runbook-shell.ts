// A shell for the commands of a runbook, as they are written there, where Muster's processes run without containers: `docker
// compose run` runs the same program from source. Starting and stopping processes is the spec's part.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { commandsOf } from '../production/runbook.ts';

const PROGRAM = join(import.meta.dirname, '../../services/cli/src/main.ts');
const INSIDE = '/var/lib/muster/installation';
const DEADLINE_MS = 120_000;

/** What an operator's shell finds: the same words, given a meaning here. Options of `docker compose run` concern containers only. */
const SHELL = `
muster() {
  local program=$PROGRAM
  [ "\${MUSTER_IMAGE:-}" != muster:before-upgrade ] || program=$PROGRAM_BEFORE
  node --conditions=source --disable-warning=ExperimentalWarning "$program" "$@"
}
docker() {
  local what="$1 $2"
  shift 2
  case $what in
    'volume inspect') echo "$INSTALLATION" ;;
    'compose stop' | 'compose up' | 'compose restart' | 'image prune') echo "left to the spec: $what $*" ;;
    'compose exec')
      [ "$1" != -T ] || shift
      shift
      "$@"
      ;;
    'compose run')
      while :; do
        case $1 in
          -v) shift 2 ;;
          -*) shift ;;
          *) break ;;
        esac
      done
      case $1 in
        migrate) shift 2; muster "$@" ;;
        auditor) shift; [ $# -gt 0 ] || set -- verify --trust "$INSTALLATION/keys/root.pub"; muster "$@" ;;
        setup) muster setup --installation "$INSTALLATION" --hand-out "$INSTALLATION/handed-out" --public-url https://runbook.test ;;
        *) echo "no service $1 here" >&2; return 64 ;;
      esac
      ;;
    *) echo "no docker $what here" >&2; return 64 ;;
  esac
}
# Whoever is not root gives files to nobody else.
install() { if [ "$(id -u)" = 0 ]; then command install "$@"; else command install -m 0600 "\${@: -2}"; fi; }`;

export interface RunbookShellOptions {
  /** The database as superuser. */
  readonly url: string;
  /** The same as `muster_auditor`. */
  readonly auditorUrl: string;
  /** Folder with keys/ and secrets.key. */
  readonly installation: string;
  /** The command line of the release before, for MUSTER_IMAGE=muster:before-upgrade. */
  readonly programBefore?: string;
  /** Folders of ours in place of those that pages name. */
  readonly places?: Readonly<Record<string, string>>;
}

export class RunbookShell {
  constructor(private readonly options: RunbookShellOptions) {}

  /** The block of a page that holds `words`. Answers what it printed; throws with that when it fails. */
  async asWritten(page: string, words: string, change = (commands: string) => commands): Promise<string> {
    const { installation, places = {} } = this.options;
    let commands = change(commandsOf(page, words)).replaceAll(INSIDE, installation);
    for (const [named, ours] of Object.entries(places)) commands = commands.replaceAll(named, ours);
    return await this.run(commands);
  }

  /** Commands of the spec's own, in the same shell; `muster` is the command line. */
  async run(commands: string): Promise<string> {
    const { url, auditorUrl, installation, programBefore = '' } = this.options;
    const env = {
      ...process.env,
      ...{ PROGRAM, PROGRAM_BEFORE: programBefore, INSTALLATION: installation },
      ...{ MUSTER_DATABASE_URL_ADMIN: url, MUSTER_DATABASE_URL_AUDITOR: auditorUrl },
    };
    const shell = ['-euo', 'pipefail', '-c', `${SHELL}\n${commands}`];
    const child = spawn('bash', shell, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const late = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    clearTimeout(late);
    if (code !== 0) throw new Error(`${commands}\nended with ${String(code)}:\n${output.slice(-4000)}`);
    return output;
  }
}
