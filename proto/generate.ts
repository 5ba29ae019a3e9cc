/**
 * Generates `proto/generated/otlp.js` and `otlp.d.ts` from the `.proto` files of this folder (`npm run proto`).
 * With `--out <folder>` they are written there instead; the test of this folder compares the two.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const PROTO_FOLDER = import.meta.dirname;
const SERVICE = join(PROTO_FOLDER, 'opentelemetry/proto/collector/trace/v1/trace_service.proto');

const { values } = parseArgs({ options: { out: { type: 'string', default: join(PROTO_FOLDER, 'generated') } } });
const pbjs = join(dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json')), 'bin', 'pbjs');
const shape = ['--target', 'static-module', '--wrap', 'esm', '--root', 'otlp'];
const without = ['--no-service', '--no-delimited', '--no-typeurl', '--no-verify'];
// Node resolves no extensions in ES modules, so the default `protobufjs/minimal` would not be found.
const dependency = ['--dependency', 'protobufjs/minimal.js'];

mkdirSync(values.out, { recursive: true });
// The types are made from the comments, and the comments are half of the code: once with them, once without.
for (const pass of [['--dts'], ['--no-comments']]) {
  const output = ['--path', PROTO_FOLDER, '--out', join(values.out, 'otlp.js')];
  execFileSync(process.execPath, [pbjs, ...shape, ...without, ...dependency, ...pass, ...output, SERVICE], {
    stdio: 'inherit',
  });
}
