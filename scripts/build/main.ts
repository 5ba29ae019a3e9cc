import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { writeCloudFormation } from './cloudformation/write-cloudformation.ts';
import { buildCommandPackage, COMMAND_PACKAGE } from './command-package.ts';
import { buildConstructPackage, CONSTRUCT_PACKAGE } from './construct-package.ts';
import { buildHandlers, HANDLERS } from './handlers.ts';
import { readRootManifest } from './manifest.ts';
import { DIST, ROOT } from './root.ts';
import { writeTerraform } from './terraform/module.ts';

/** `npm run build` makes everything that is shipped; `npm run build -- handlers` only what `cdk synth` needs, and in silence. */
const root = await readRootManifest();
await buildHandlers();
if (process.argv[2] !== 'handlers') {
  report(HANDLERS, 'the Lambda functions, bundled');
  await buildCommandPackage(root);
  report(COMMAND_PACKAGE, 'the package with the command');
  await buildConstructPackage(root, { updateApiReport: true });
  report(CONSTRUCT_PACKAGE, 'the package with the constructs');
  const template = join(DIST, 'cloudformation');
  writeCloudFormation({ handlersFolder: HANDLERS, out: template });
  report(template, 'the CloudFormation template, and the zips of the functions');
  const module = join(ROOT, 'examples/terraform');
  writeTerraform({ out: module });
  report(module, 'the Terraform module');
}

/** Says that a folder is made, from the root of the repository, and how large it is. */
function report(folder: string, what: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  console.log(`${relative(ROOT, folder).padEnd(22)} ${(bytes / 1e6).toFixed(1).padStart(5)} MB  ${what}`);
}
