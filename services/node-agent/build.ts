// Builds dist/muster-agent.mjs: the whole agent as one file, so that a server needs it and a Node runtime, nothing else.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

await build({
  entryPoints: [new URL('src/main.ts', import.meta.url).pathname],
  outfile: new URL('dist/muster-agent.mjs', import.meta.url).pathname,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  conditions: ['source'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  define: { MUSTER_AGENT_VERSION: JSON.stringify(version) },
  // ws asks for these two native speed-ups and does without them.
  external: ['bufferutil', 'utf-8-validate'],
  // CommonJS packages inside an ES module ask for require().
  plugins: [
    {
      // zod carries its messages in forty languages; the agent speaks one.
      name: 'one-language',
      setup: ({ onLoad }) => {
        onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
          contents: "export { default as en } from './en.js';",
          loader: 'js',
        }));
      },
    },
  ],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
