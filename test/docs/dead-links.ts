import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anchorOf } from '../../lib/cdk/monitoring/alarm-catalogue.ts';

/**
 * The relative links of a page that lead nowhere: to no file, or to no heading of its page.
 *
 * @param folder that the links start from
 */
export function deadLinks(page: string, folder: string = dirname(page)): readonly string[] {
  const targets = [...readFileSync(page, 'utf8').matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : join(folder, path);
    if (!existsSync(file)) return true;
    return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor);
  });
}

/** The second heading of the same words gets a `-1`. */
function anchorsOf(page: string): readonly string[] {
  const anchors: string[] = [];
  for (const [, heading = ''] of readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)) {
    const anchor = anchorOf(heading);
    const sameBefore = anchors.filter((other) => other.replace(/-\d+$/, '') === anchor).length;
    anchors.push(sameBefore === 0 ? anchor : `${anchor}-${sameBefore}`);
  }
  return anchors;
}
