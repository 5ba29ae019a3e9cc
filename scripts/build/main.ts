import { join } from 'node:path';
import { writeCloudFormation } from './cloudformation/write-cloudformation.ts';
import { buildCommandPackage } from './command-package.ts';
import { buildConstructPackage } from './construct-package.ts';
import { buildHandlers, HANDLERS } from './handlers.ts';
import { readRootManifest } from './manifest.ts';
import { DIST, ROOT } from './root.ts';
import { writeTerraform } from './terraform/module.ts';

/** `npm run build` makes everything that is shipped; `npm run build -- handlers` only what `cdk synth` needs. */
const root = await readRootManifest();
await buildHandlers();
if (process.argv[2] !== 'handlers') {
  await buildCommandPackage(root);
  await buildConstructPackage(root, { updateApiReport: true });
  writeCloudFormation({ handlersFolder: HANDLERS, out: join(DIST, 'cloudformation') });
  writeTerraform({ out: join(ROOT, 'examples/terraform') });
}
