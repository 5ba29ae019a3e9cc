/** The client, and what it imports of its peers; all others are for its forms in a browser. */
export const PERSES = {
  '@perses-dev/tempo-plugin': '0.54.0',
  '@perses-dev/core': '0.52.0',
  'date-fns': '4.1.0',
  react: '18.3.1',
} as const;
