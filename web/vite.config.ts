// The dashboard's build. The browsers named below know light-dark() and :has(), so tokens reach them unchanged:
// a lowered light-dark() would no longer follow [data-theme].
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type PluginOption } from 'vite';

const BROWSERS = ['chrome123', 'edge123', 'firefox128', 'safari17.5'];

/** Where `/api` and `/socket.io` go while pages are being made. Unset: example data from dev/, which no build contains. */
const controlPlane = process.env['MUSTER_DEV_CONTROL_PLANE'];

export default defineConfig(async ({ command }) => {
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
  if (command === 'serve' && controlPlane === undefined) {
    const { exampleControlPlane } = await import('./dev/example-control-plane.ts');
    plugins.push(exampleControlPlane());
  }
  return {
    plugins,
    resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
    ssr: { resolve: { conditions: ['source', 'module', 'node', 'development|production'] } },
    build: { target: BROWSERS, cssTarget: BROWSERS },
    server: {
      proxy:
        controlPlane === undefined ? {} : { '/api': controlPlane, '/socket.io': { target: controlPlane, ws: true } },
    },
  };
});
