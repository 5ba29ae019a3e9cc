import { join } from 'node:path';
import { ROOT } from '../../../scripts/build/root.ts';
import { createProject } from './project.ts';

/** Folder with the `node` of a version, from the npm package of that name. */
export async function installNode(major: 20 | 22): Promise<string> {
  const project = await createProject({ dependencies: { node: String(major) }, allowScripts: { node: true } });
  await project.npm(['install']);
  return join(project.folder, 'node_modules/.bin');
}

/** Folder with the Node.js of the repository. */
export const NODE_24: string = join(ROOT, 'node_modules/.bin');
