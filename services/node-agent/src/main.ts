// The agent's one program. Each role is loaded only when it is asked for, so that agentd does not carry the root helper.
import { UsageError } from './cli/usage.ts';
import { AGENT_VERSION } from './version.ts';

const COMMANDS: Record<string, (args: string[]) => Promise<void>> = {
  enrol: async (args) => (await import('./cli/enrol-command.ts')).enrolCommand(args),
  agentd: async (args) => (await import('./cli/agentd-command.ts')).agentdCommand(args),
  privd: async (args) => (await import('./cli/privd-command.ts')).privdCommand(args),
  status: async (args) => (await import('./cli/status-command.ts')).statusCommand(args),
  uninstall: async (args) => (await import('./cli/uninstall-command.ts')).uninstallCommand(args),
  version: () => {
    process.stdout.write(`${AGENT_VERSION}\n`);
    return Promise.resolve();
  },
};

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
try {
  if (command === undefined) {
    throw new UsageError(
      `${name === '' ? 'A command is missing' : `"${name}" is no command`}; there are: ${Object.keys(COMMANDS).join(', ')}`,
    );
  }
  await command(args);
} catch (error) {
  const isUsage =
    error instanceof UsageError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  process.stderr.write(`muster-agent: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
