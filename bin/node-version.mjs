// Plain JavaScript, because it must also run, and explain itself, on a Node.js that is too old for the rest.
import { readFileSync } from 'node:fs';

/**
 * Ends the process with a message on a Node.js that is older than `engines` in package.json.
 * @param {string} advice what to do about it
 */
export function checkNodeVersion(advice) {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const required = engines.node.replace('>=', '');
  if (isAtLeast(process.versions.node, required)) return;
  console.error(`error: tailgate needs Node.js ${required} or newer, this is ${process.versions.node}: ${advice}`);
  process.exit(1);
}

/** Compares major and minor versions. */
function isAtLeast(version, required) {
  const [major, minor] = version.split('.').map(Number);
  const [requiredMajor, requiredMinor = 0] = required.split('.').map(Number);
  return major > requiredMajor || (major === requiredMajor && minor >= requiredMinor);
}
