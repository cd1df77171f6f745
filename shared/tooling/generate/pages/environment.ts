// docs/reference/environment.md: every variable that Muster reads.
import { z } from 'zod';
import { page, table } from '../markdown.ts';

interface LocalVariable {
  name: string;
  sentence: string;
  fallback: string;
}

export function environmentPage(controlPlane: z.ZodType, prober: z.ZodType, local: readonly LocalVariable[]): string {
  return page('Environment', 'Every variable that Muster reads. A wrong or missing one stops the start and is named.', [
    `## Local start (\`npm start\`)\n\nFrom \`deploy/local/variables.ts\`.\n\n${table(
      ['variable', 'what it is', 'when absent'],
      local.map((variable) => [`\`${variable.name}\``, variable.sentence, variable.fallback]),
    )}`,
    `## Control plane processes\n\nFrom \`services/control-plane/src/platform/config/settings.ts\`. The local start sets these itself. Of what holds a password (\`MUSTER_DATABASE_URL_*\`, \`REDIS_URL\`) the value may lie in a file that \`<name>_FILE\` names.\n\n${table(
      ['variable', 'what it is', 'when absent'],
      rowsOf(controlPlane),
    )}`,
    `## Prober\n\nFrom \`services/control-plane/src/domains/posture/prober/settings.ts\`. The local start passes those on that begin with \`MUSTER_PROBER_\`.\n\n${table(
      ['variable', 'what it is', 'when absent'],
      rowsOf(prober),
    )}`,
  ]);
}

function rowsOf(settings: z.ZodType): string[][] {
  const json = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
  const required = new Set(json.required ?? []);
  return Object.entries(json.properties ?? {}).map(([name, schema]) => {
    const { description = '', default: fallback } = typeof schema === 'object' ? schema : {};
    return [`\`${name}\``, description, required.has(name) ? 'required' : fallbackText(fallback)];
  });
}

function fallbackText(value: unknown): string {
  if (value === undefined || value === '') return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
