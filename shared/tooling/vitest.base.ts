// Test base: workspaces are read from their TypeScript source, so that a test never runs a stale build.
// Only `source` is named besides Node's own: vitest hands these to the worker as --conditions, where `import` would make
// require() of a CommonJS package answer with an ES module.
const conditions = ['source', 'node'];

export const testBase = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
};
