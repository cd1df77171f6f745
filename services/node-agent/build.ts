// Builds dist/muster-agent.mjs: the whole agent as one file, so that a server needs it and a Node runtime, nothing else.
// In two steps, because esbuild keeps all of a module that is loaded on demand: the first leaves out what no role uses, the
// second makes one file of it. A role that starts compiles and holds a quarter less.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const at = (path: string): string => new URL(path, import.meta.url).pathname;
const { version } = JSON.parse(await readFile(at('package.json'), 'utf8')) as { version: string };

const common: BuildOptions = {
  // Paths end up in the file: it must be the same wherever it is built.
  absWorkingDir: at('.'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  // ws asks for these two native speed-ups and does without them.
  external: ['bufferutil', 'utf-8-validate'],
};
/** The plain data that a module exports, which it works out from much more. */
async function dataOf(module: string, name: string): Promise<string> {
  const contents = `import { ${name} } from '${module}'; export default JSON.stringify(${name});`;
  const stdin = { contents, resolveDir: at('.') };
  const { outputFiles } = await build({ ...common, stdin, conditions: ['source'], write: false });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const loaded = (await import(`data:text/javascript;base64,${code}`)) as { default: string };
  return `export const ${name} = ${loaded.default};`;
}

const timetable = await dataOf('@muster/posture/timetable', 'timetable');
const parts = await mkdtemp(join(tmpdir(), 'muster-agent-'));
try {
  await build({
    ...common,
    entryPoints: [at('src/main.ts')],
    outdir: parts,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    conditions: ['source'],
    legalComments: 'inline',
    define: { MUSTER_AGENT_VERSION: JSON.stringify(version) },
    plugins: [
      {
        name: 'only-what-is-needed',
        setup: ({ onLoad }) => {
          // zod carries its messages in forty languages; the agent speaks one.
          onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
            contents: "export { default as en } from './en.js';",
            loader: 'js',
          }));
          onLoad({ filter: /posture\/src\/timetable\.ts$/ }, () => ({
            contents: timetable,
            loader: 'js',
          }));
        },
      },
    ],
  });
  await build({
    ...common,
    absWorkingDir: parts,
    entryPoints: [join(parts, 'main.mjs')],
    outfile: at('dist/muster-agent.mjs'),
    legalComments: 'linked',
    // CommonJS packages inside an ES module ask for require().
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
} finally {
  await rm(parts, { recursive: true, force: true });
}
