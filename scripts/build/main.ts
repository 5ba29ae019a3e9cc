import { buildCommandPackage } from './command-package.ts';
import { buildConstructPackage } from './construct-package.ts';
import { buildHandlers } from './handlers.ts';
import { readRootManifest } from './manifest.ts';

/** `npm run build` makes everything that is shipped; `npm run build -- handlers` only what `cdk synth` needs. */
const root = await readRootManifest();
await buildHandlers();
if (process.argv[2] !== 'handlers') {
  await buildCommandPackage(root);
  await buildConstructPackage(root, { updateApiReport: true });
}
