/**
 * Runs the model of the protocol, `protocol_model.py`, with Python, and with the arguments given. The exit code is the model's;
 * without Python it says loudly that it is skipped.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MODEL = fileURLToPath(new URL('protocol_model.py', import.meta.url));

if (spawnSync('python3', ['--version']).status === 0) {
  process.exitCode = spawnSync('python3', [MODEL, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1;
} else {
  console.log('SKIPPED: the model of the protocol. It needs Python 3 (python3 on the PATH), and there is none.');
}
