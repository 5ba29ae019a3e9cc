import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** Credentials of a developer's machine: the SDK loads them on demand, after those of Lambda, which are always there. */
const UNUSED_CREDENTIAL_PROVIDERS = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/**
 * Node.js gets the package's CommonJS, of which esbuild cannot leave out anything; these are the same sources as ESM.
 * From the root of the repository, where esbuild runs.
 */
const YAML_ESM = './node_modules/yaml/browser/index.js';

/**
 * How esbuild makes one file of a function. The AWS SDK is in it: the runtime's is another one than was tested, changes under the function,
 * and takes longer to load, because nothing of it is left out.
 */
export const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  // Some packages are CommonJS and load modules of Node.js by require, which ESM has not.
  banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  esbuildArgs: { '--alias:yaml': YAML_ESM },
  externalModules: UNUSED_CREDENTIAL_PROVIDERS,
};
