// Test base: workspaces are read from their TypeScript source, so that a test never runs a stale build.
export const testBase = {
  resolve: { conditions: ['source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
} as const;
