// The dashboard's build. The browsers named below know light-dark() and :has(), so tokens reach them unchanged:
// a lowered light-dark() would no longer follow [data-theme].
import { fileURLToPath } from 'node:url';
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type PluginOption } from 'vite';

const BROWSERS = ['chrome123', 'edge123', 'firefox128', 'safari17.5'];

/**
 * @internationalized/date (under bits-ui) has an export condition `source` too; ours must not lead into its sources.
 * The bundle takes what it publishes; tsconfig.json says the same to the compiler.
 */
const INTERNATIONALIZED_DATE = '../node_modules/@internationalized/date/dist';

/** Where `/api` and `/socket.io` go while pages are being made: a Muster that `npm start` has started. */
const controlPlane = process.env['MUSTER_DEV_CONTROL_PLANE'] ?? 'http://localhost:7410';

export default defineConfig(() => {
  const plugins: PluginOption[] = [
    tailwindcss({ optimize: false }),
    sveltekit({
      adapter: adapter(),
      csp: {
        mode: 'nonce',
        directives: {
          'default-src': ['none'],
          'script-src': ['self'],
          'style-src': ['self'],
          // Two constant style attributes come with libraries, each by its hash: what hides SvelteKit's announcer of page
          // changes from the eye, and `display: contents` in the palette of bits-ui.
          'style-src-attr': [
            'unsafe-hashes',
            'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo=',
            'sha256-iaOezIDcQIoxCULa6FBKKuLUu09R7kG+Mlu+JVfU3Rw=',
          ],
          'img-src': ['self', 'data:'],
          'font-src': ['self'],
          'connect-src': ['self'],
          'manifest-src': ['self'],
          'form-action': ['self'],
          'base-uri': ['none'],
          'frame-ancestors': ['none'],
          'object-src': ['none'],
        },
      },
    }),
  ];
  return {
    plugins,
    resolve: {
      alias: {
        '@internationalized/date': fileURLToPath(new URL(`${INTERNATIONALIZED_DATE}/index.mjs`, import.meta.url)),
      },
      conditions: ['source', 'module', 'browser', 'development|production'],
    },
    ssr: { resolve: { conditions: ['source', 'module', 'node', 'development|production'] } },
    // Fonts as data: would need a hole in the policy.
    build: { target: BROWSERS, cssTarget: BROWSERS, assetsInlineLimit: 0 },
    server: { proxy: { '/api': controlPlane, '/socket.io': { target: controlPlane, ws: true } } },
  };
});
