import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_PACKAGE } from '../../scripts/build/command-package.ts';
import { installNode, NODE_24 } from './support/node-versions.ts';
import { TARBALLS } from './support/packed.ts';
import { createProject, megabytes, type Project, removeProjects } from './support/project.ts';

const POLICIES = `
decision_wait: 0s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
`;

/** One trace with an error, as an exporter sends it. */
const REQUEST = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: 'eee19b7ec3c1b174',
              name: 'checkout',
              kind: 2,
              startTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
              endTimeUnixNano: String(BigInt(Date.now() + 500) * 1_000_000n),
              status: { code: 2 },
            },
          ],
        },
      ],
    },
  ],
};

let nodes: Readonly<Record<number, string>>;

/** A project with the package, and what npm said. */
async function install(label: string, args: readonly string[]): Promise<Project> {
  const project = await createProject({ dependencies: { tailgate: `file:${TARBALLS.tailgate}` } });
  const started = performance.now();
  const { stdout, stderr } = await project.npm(['install', ...args], nodes[22]);
  const seconds = (performance.now() - started) / 1000;
  // npm counts install scripts, none of which is needed.
  expect(stderr.replaceAll(/^npm warn install-scripts.*\n|^\n/gm, '')).toBe('');
  console.log(
    `${label}: tarball ${megabytes(TARBALLS.tailgate).toFixed(1)} MB; ${stdout.trim()} (${seconds.toFixed(1)} s); ` +
      `node_modules ${megabytes(join(project.folder, 'node_modules')).toFixed(0)} MB`,
  );
  await project.write({ 'tailgate.yaml': POLICIES });
  return project;
}

/** Starts Tailgate on a free port, and sends it the request. @returns what ends it, as Ctrl-C does */
async function startAndSend(project: Project, args: readonly string[], node: string): Promise<() => Promise<void>> {
  const tailgate = project.start('tailgate', [...args, '--port', '0'], node);
  const exit = once(tailgate, 'exit');
  let output = '';
  for (const stream of [tailgate.stdout, tailgate.stderr]) stream?.on('data', (text) => (output += text));
  const ready = () => /^ready (\S+)$/m.exec(output)?.[1];
  while (ready() === undefined && tailgate.exitCode === null) await sleep(50);
  const answer = await fetch(`${ready()}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(REQUEST),
  });
  expect(answer.status, output).toBe(200);
  return async () => {
    tailgate.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  };
}

beforeAll(async () => {
  const [node20, node22] = [await installNode(20), await installNode(22)];
  nodes = { 20: node20, 22: node22, 24: NODE_24 };
});
afterAll(removeProjects);

describe('the command', () => {
  let project: Project;
  beforeAll(async () => {
    project = await install('tailgate', []);
  });

  describe.each([22, 24])('on Node.js %i', (major) => {
    const run = (...args: readonly string[]) => project.run('tailgate', args, nodes[major] ?? '');

    it('has help and a version', async () => {
      expect(await run('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Commands:') });
      expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    });

    it('checks policies', async () => {
      expect(await run('validate', 'tailgate.yaml')).toMatchObject({ code: 0, stderr: '' });
    });

    it('takes spans over HTTP, keeps the trace with an error, and finds it with SQL', async () => {
      const data = `data-${major}`;
      const stop = await startAndSend(project, ['start', '--data', data], nodes[major] ?? '');
      let rows = '';
      for (const until = Date.now() + 60_000; rows === '' && Date.now() < until; await sleep(500)) {
        const sql = 'SELECT trace_id, root_service, sampling_policy FROM traces';
        ({ stdout: rows } = await run('query', '--json', '--data', data, sql));
      }
      expect(JSON.parse(rows)).toEqual({
        trace_id: '5b8efff798038103d269b633813fc60c',
        root_service: 'shop',
        sampling_policy: 'errors',
      });
      await stop();
    });
  });

  it('does what its README says, in that order, in a folder without a configuration', async () => {
    rmSync(join(project.folder, 'tailgate.yaml'));
    const readme = readFileSync(join(COMMAND_PACKAGE, 'README.md'), 'utf8');
    let stop: (() => Promise<void>) | undefined;
    const done: string[] = [];
    for (const [, language, text = ''] of readme.matchAll(/^```(\w+)\n(.*?)^```/gms)) {
      // The configuration of the README, without the wait.
      if (language === 'yaml') await project.write({ 'tailgate.yaml': text.replace('30s', '0s') });
      for (const line of text.split('\n').filter((candidate) => candidate.startsWith('tailgate '))) {
        done.push(line.split(' ', 2).join(' '));
        if (line === 'tailgate start') {
          stop = await startAndSend(project, ['start'], nodes[22] ?? '');
          continue;
        }
        const ask = () => project.run('sh', ['-c', line], nodes[22] ?? '');
        let ended = await ask();
        const isQuery = line.startsWith('tailgate query');
        for (const until = Date.now() + 60_000; isQuery && !ended.stdout.includes('shop') && Date.now() < until; ) {
          await sleep(500);
          ended = await ask();
        }
        expect(ended, line).toMatchObject({ code: 0, stderr: '' });
        if (isQuery) expect(ended.stdout, line).toContain('shop');
      }
    }
    expect(done).toEqual(['tailgate demo', 'tailgate validate', 'tailgate start', 'tailgate query', 'tailgate query']);
    await stop?.();
  });

  it('says on an older Node.js that it needs a newer one', async () => {
    expect(await project.run('tailgate', ['--help'], nodes[20] ?? '')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: tailgate needs Node\.js 22\.18 or newer, this is 20\.\S+: install a newer one/,
      ),
    });
  });
});

describe('the command without optional dependencies', () => {
  let project: Project;
  beforeAll(async () => {
    project = await install('tailgate --omit=optional', ['--omit=optional']);
  });
  const run = (...args: readonly string[]) => project.run('tailgate', args, nodes[22] ?? '');

  it('checks policies', async () => {
    expect(await run('validate', 'tailgate.yaml')).toMatchObject({ code: 0, stderr: '' });
  });

  it('takes spans over HTTP', async () => {
    const stop = await startAndSend(project, ['start', '--data', 'data'], nodes[22] ?? '');
    await stop();
  });

  it.each([
    ['demo', /@opentelemetry\/[\w-]+/],
    ['query', /@duckdb\/node-api/],
  ])('%s says what to install', async (command, name) => {
    const args = command === 'query' ? ['SELECT 1'] : [];
    await project.write({ '.tailgate/traces/.keep': '' });
    const { code, stderr } = await run(command, ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: this command needs the package \S+, which is not installed: install .*"npm install .*"\n$/,
    );
    expect(stderr).toMatch(name);
  });
});
