import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { TLS } from './clients.ts';
import { SIDES, type Side, type Work } from './rate.ts';

/** A process that loads a client, bundled as the functions are, and makes its first call. */
export async function firstSend(endpoint: string): Promise<Work> {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-first-send-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const options = `{ endpoint: '${endpoint}', region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } }`;
  const item = `{ traceId: { S: 'a'.repeat(32) }, sk: { S: 'f' }, p: { B: new Uint8Array(1100) } }`;
  const input = `{ RequestItems: { first: [{ PutRequest: { Item: ${item} } }] } }`;
  const report = 'const { user, system } = process.cpuUsage(); console.log(user + system); process.exit();';
  const programs: Record<Side, string> = {
    sdk: `import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
      import { createDynamoDbClient } from './lib/aws/clients.ts';
      await createDynamoDbClient(${options}).send(new BatchWriteItemCommand(${input})); ${report}`,
    own: `import { SignedTableCalls } from './lib/aws/dynamodb/table-calls.ts';
      await new SignedTableCalls(${options}).call('BatchWriteItem', ${input}); ${report}`,
  };
  for (const side of SIDES) {
    await build({
      stdin: { contents: programs[side], resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
      outfile: join(folder, `${side}.mjs`),
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      minify: true,
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    });
  }
  writeFileSync(join(folder, 'nothing.mjs'), report);
  const microsOf = (program: string) => {
    const { stdout } = spawnSync(process.execPath, [join(folder, `${program}.mjs`)], {
      encoding: 'utf8',
      env: { ...process.env, NODE_EXTRA_CA_CERTS: TLS.certificate },
    });
    return Number(stdout);
  };
  return {
    run: async (side) => ({
      micros: { 'load and first call in a new process': microsOf(side) - microsOf('nothing') },
      answer: undefined,
    }),
  };
}
