import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { readAppSettings } from '../../lib/cdk/app-settings.ts';
import { type CompactInput, runCompact } from '../../lib/cli/compact/run-compact.ts';
import { PROGRAM } from '../../lib/cli/program.ts';
import { runValidate, type ValidateInput } from '../../lib/cli/validate.ts';
import { isNameOfThisMachine } from '../../lib/local/reading.ts';
import { type RunningTailgate, startLocal } from '../../lib/local/start.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { programHelp } from '../../lib/terminal/help.ts';
import { parseCommandLine } from '../../lib/terminal/parse-command-line.ts';
import { runProgram } from '../../lib/terminal/run-program.ts';
import { ask } from '../cli/query/support/ask.ts';
import { useAthenaStacks } from '../cli/query/support/athena-stack.ts';
import { answerFrom } from '../cli/query/support/duckdb-behind-athena.ts';
import { run as replay } from '../cli/replay/support/run.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { RecordingTerminal } from '../support/recording-terminal.ts';
import { deadLinks } from './dead-links.ts';
import { fencedBlocks, PAGES, shellCommands } from './fenced-blocks.ts';

const run = promisify(execFile);
const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-docs-'));
const log = new RecordingLog();
let tailgate: RunningTailgate;
let receiver: OtlpReceiver;
/** Of the span that is sent first. */
let traceId: string;
const service = useAthenaStacks();

beforeAll(async () => {
  const parsed = parseSamplingConfig('decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
  if (!parsed.ok) throw new Error('the configuration is wrong');
  tailgate = await startLocal({ host: '127.0.0.1', port: 0, dataDir, config: parsed.config, keys: [], log });
  receiver = await startOtlpReceiver();
});
afterAll(async () => {
  await Promise.all([tailgate.stop(), receiver.stop()]);
  rmSync(dataDir, { recursive: true });
});

const scripts = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts);
const here = (text: string) => text.replaceAll('http://127.0.0.1:4318', tailgate.url);

/** What is run here of a command line of `tailgate`; all others are only read. */
const TAILGATE_RUNNERS: Readonly<Record<string, (argv: readonly string[]) => Promise<void> | void>> = {
  validate(argv) {
    const terminal = new RecordingTerminal();
    const { input } = inputOf<ValidateInput>(argv);
    expect({ code: runValidate(input, terminal), complaints: terminal.complaints }).toEqual({
      code: 0,
      complaints: [],
    });
  },
  query([, ...argv]) {
    return argv.includes('--stack') ? askedOfStack(argv) : asked(argv);
  },
  // test/cli/replay runs it on a bucket.
  replay([, ...argv]) {
    return argv.includes('--stack') ? undefined : replayed(argv);
  },
  // test/cli/compact runs it on a stack.
  async compact(argv) {
    if (argv.includes('--stack')) return;
    const terminal = new RecordingTerminal();
    const unused = () => expect.fail('the local archive needs no service');
    const clock = { now: () => Date.now() + 3 * 3_600_000 };
    const services = { s3: new S3Client({}), cloudFormation: new CloudFormationClient({}), catalogOf: unused, clock };
    const { input } = inputOf<CompactInput>([...argv, '--data', dataDir]);
    expect(await runCompact(input, terminal, services)).toBe(0);
    expect(terminal.lines[0]).toMatch(/compact(ed)?: \d+ hour/);
  },
  completion(argv) {
    const terminal = new RecordingTerminal();
    return runProgram(PROGRAM, argv, terminal).then((code) => expect(code).toBe(0));
  },
};

/** How each command of the pages is run. A command that nothing here runs fails the test. */
const RUNNERS: readonly [RegExp, (match: RegExpMatchArray) => Promise<void> | void][] = [
  // The installation is what brought these tests about.
  [/^npm ci$/, () => expect(existsSync('package-lock.json')).toBe(true)],
  // test/cli/start.test.ts starts it; here the options are read.
  [/^npm start(?: -- (.*))?$/, ([, options = '']) => void inputOf(['start', ...words(options)])],
  // test/packages installs what is packed.
  [
    /^npm install (?:--global tailgate|tailgate|tailgate-cdk aws-cdk-lib constructs)$/,
    () => expect(scripts).toContain('build'),
  ],
  [/^tailgate --help$/, () => expect(programHelp(PROGRAM)).toContain('Commands:')],
  [/^npm test$/, () => expect(scripts).toContain('test')],
  [
    /^tailgate query "([^"]+)" \| tailgate replay (.+)$/,
    async ([, sql = '', args = '']) => {
      const file = join(dataDir, 'ids');
      writeFileSync(file, (await ask(['--data', dataDir, sql])).out);
      await replayed(words(args.replace('--trace-file -', `--trace-file ${file}`)));
    },
  ],
  [
    /^(?:npx )?tailgate ([^|>]+?)(?: \| jq \.| >>? [~\w./]+| < [\w./]+)?$/,
    ([, line = '']) => {
      const argv = words(line);
      inputOf(argv);
      return TAILGATE_RUNNERS[argv[0] ?? '']?.(argv);
    },
  ],
  // A condition of a replay, or a statement, may have a comparison in it.
  [
    /^(?:npx )?tailgate ((?:query|replay) [^|]+)$/,
    ([, line = '']) => {
      const argv = words(line);
      return TAILGATE_RUNNERS[argv[0] ?? '']?.(argv);
    },
  ],
  // test/cdk synthesises the app; here its options are read.
  [
    /^npx cdk (?:bootstrap|deploy|destroy|diff)((?: -c \w+=\S+)*)$/,
    ([, options = '']) => {
      const context = new Map([...options.matchAll(/-c (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
      const credentials = { CDK_DEFAULT_ACCOUNT: '111111111111', CDK_DEFAULT_REGION: 'eu-west-1' };
      expect(readAppSettings(Object.fromEntries(context), credentials)).toMatchObject({ ok: true });
    },
  ],
  [
    /^curl -i /,
    async ({ input }) => {
      const { stdout } = await run('sh', ['-c', here(input ?? '')]);
      expect(stdout).toMatch(/^HTTP\/1\.1 200 OK/);
      // What was sent by hand is found by the queries below it, whenever that is.
      await log.until(() => log.total('sampled') === 2);
      for (const query of ['errors', 'slow-requests --min-duration-ms 250', 'spans --service shop --from -15m']) {
        const { out, complaints } = await ask([...query.split(' '), '--data', dataDir, '--json']);
        expect({ complaints, isFound: out.includes('5b8efff798038103d269b633813fc60c') }).toEqual({
          complaints: [],
          isFound: true,
        });
      }
    },
  ],
  [/^export OTEL_\w+=\S+$/, ({ input }) => expect(exporterVariables()).toHaveProperty(input?.split(/[ =]/)[1] ?? '')],
];

/** The values of a command line, which must be right. */
function inputOf<Input>([name = '', ...argv]: readonly string[]): { readonly input: Input } {
  const command = PROGRAM.commands.find((candidate) => candidate.name === name);
  if (command === undefined) expect.fail(`there is no command ${name}`);
  const parsed = parseCommandLine(command, argv);
  expect(parsed).toMatchObject({ kind: 'run' });
  return parsed as unknown as { readonly input: Input };
}

/** Asks the local archive what the pages ask. */
async function asked(argv: readonly string[]): Promise<void> {
  const own = argv.filter((argument) => argument !== '--data' && argument !== '.tailgate-demo');
  const { code, out, complaints } = await ask([...own, '--data', dataDir]);
  // Not all that the pages ask for is there.
  expect({ code, complaints: complaints.filter((line) => !line.startsWith('hint: ')) }).toEqual({
    code: 0,
    complaints: [],
  });
  expect(out.split('\n').length).toBeGreaterThan(1);
}

/** Asks an Athena of the test, which answers from the local archive. */
async function askedOfStack(argv: readonly string[]): Promise<void> {
  service.athena.answer = (sql) =>
    answerFrom(dataDir, sql.replaceAll("date_format(now(), '%Y-%m-%d')", 'CAST(today() AS VARCHAR)'));
  const { code, complaints } = await ask(argv);
  expect({ code, complaints: complaints.filter((line) => !line.startsWith('hint: ')) }).toEqual({
    code: 0,
    complaints: [expect.stringMatching(/^scanned /)],
  });
}

/** A replay of what the pages have sent, to a receiver of its own. */
async function replayed(args: readonly string[]): Promise<void> {
  const before = receiver.requests.length;
  const real = args.map((arg) =>
    arg
      .replace('http://localhost:14318', receiver.url)
      .replace('4bf92f3577b34da6a3ce929d0e0e4736', traceId)
      .replace('replay.json', join(dataDir, 'replay.json')),
  );
  expect(await replay([...real, '--data', dataDir])).toMatchObject({ code: 0, complaints: [] });
  expect(receiver.requests.slice(before).map(({ json }) => json)).toEqual([expect.stringContaining(traceId)]);
}

/** The arguments of a command, as the shell passes them on. */
function words(args: string): string[] {
  return (args.replaceAll('\\\n', ' ').match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

function exporterVariables(): Record<string, string> {
  const exports = shellCommands().flatMap(({ command }) => [...command.matchAll(/^export (OTEL_\w+)=(\S+)$/g)]);
  return Object.fromEntries(exports.map(([, name = '', value = '']) => [name, here(value)]));
}

describe('the commands of the pages', () => {
  it('that send spans come first, so that the queries find something', async () => {
    for (const [name, value] of Object.entries(exporterVariables())) vi.stubEnv(name, value);
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())] });
    const span = provider.getTracer('docs').startSpan('by the environment');
    traceId = span.spanContext().traceId;
    // Something for the queries that look for errors.
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    await provider.forceFlush();
    vi.unstubAllEnvs();
    await log.until(() => log.total('sampled') === 1);
  });

  it.each(shellCommands())('$file: $command', async ({ command }) => {
    for (const [pattern, runCommand] of RUNNERS) {
      const match = command.match(pattern);
      if (match !== null) return runCommand(match);
    }
    expect.fail(`nothing runs this command: ${command}`);
  });

  it('are scripts that exist', () => {
    const named = PAGES.flatMap((page) => [...readFileSync(page, 'utf8').matchAll(/`npm run ([\w:]+)/g)]);
    expect(named.length).toBeGreaterThan(3);
    for (const [, script = ''] of named) expect(scripts).toContain(script);
  });
});

describe('the tables of options', () => {
  /** The section of a command in the page that is generated from the commands. */
  const sectionOf = (command: string) =>
    readFileSync('docs/cli.md', 'utf8').split(`\n## ${command}\n`)[1]?.split('\n## ')[0];

  it.each(['query', 'replay'])('of docs/%s.md have options of the command, and what they take', (command) => {
    const section = sectionOf(command) ?? expect.fail(`docs/cli.md has no section ${command}`);
    const cells = [...readFileSync(`docs/${command}.md`, 'utf8').matchAll(/^\| ([^|]*`--[^|]*)\|/gm)];
    const options = cells.flatMap(([, cell = '']) => [...cell.matchAll(/`(--[\w-]+(?: [A-Z=]+)?)/g)]);
    expect(options.length).toBeGreaterThan(5);
    for (const [, option = ''] of options) expect(section).toMatch(new RegExp(`\`${option}\\b`));
  });
});

describe('the statements of the pages', () => {
  const statements = fencedBlocks('sql').filter(({ file }) => ['docs/queries.md', 'docs/weights.md'].includes(file));

  it.each(statements)('run on the local archive ($file)', async ({ text }) => {
    expect(await ask(['--data', dataDir, text])).toMatchObject({ code: 0, complaints: [] });
  });
});

describe('the configurations of the pages', () => {
  it.each(fencedBlocks('yaml'))('are valid ($file)', ({ text }) => {
    expect(parseSamplingConfig(text)).toMatchObject({ ok: true });
  });
});

it('the containers of the pages send to Tailgate as its receiver wants it', () => {
  const [compose] = fencedBlocks('yml').filter(({ file }) => file === 'docs/local.md');
  const { shop } = parse(compose?.text ?? '').services;
  expect(shop.extra_hosts).toEqual(['host.docker.internal:host-gateway']);
  const endpoint = new URL(shop.environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']);
  expect([endpoint.port, endpoint.pathname]).toEqual(['4318', '/v1/traces']);
  // Kept traces are open under the name, too, where they are open at all.
  expect(isNameOfThisMachine(endpoint.host)).toBe(true);
});

it('the configuration for the first hour is the same on the page and in its file', () => {
  const onPage = fencedBlocks('yaml').filter(
    ({ file, text }) => file === 'docs/local.md' && text.includes('everything'),
  );
  const file = readFileSync('examples/policies/everything.yaml', 'utf8');
  expect(onPage.map(({ text }) => parse(text))).toEqual([parse(file).tail_sampling]);
});

describe('the data sources for Grafana', () => {
  const { datasources } = parse(readFileSync('examples/grafana/datasources.yaml', 'utf8'));
  /** What Grafana asks to test them. */
  const FIRST: Readonly<Record<string, string>> = { tempo: '/api/echo', jaeger: '/api/services' };

  it.each<{ type: string; url: string; jsonData?: object }>(datasources)('of type $type are answered', async (one) => {
    const { status } = await fetch(`${here(one.url)}${FIRST[one.type]}`);
    expect(status).toBe(200);
    if (one.type === 'tempo')
      expect(one.jsonData).toMatchObject({ streamingEnabled: { search: false, metrics: false } });
  });

  const queries = fencedBlocks('traceql').flatMap(({ file, text }) =>
    text.split('\n').flatMap((query) => (query === '' ? [] : [{ file, query }])),
  );

  it.each(queries)('take the queries of the pages ($query)', async ({ query }) => {
    const { status } = await fetch(`${tailgate.url}/tempo/api/search?q=${encodeURIComponent(query)}`);
    expect(status).toBe(200);
  });
});

describe('the configurations of Grafana Alloy on the pages', () => {
  it.each(fencedBlocks('alloy'))('are known as such ($file)', ({ text }) => {
    const result = parseSamplingConfig(text);
    expect(result.ok ? [] : result.issues).toMatchObject([{ message: expect.stringContaining('Grafana Alloy') }]);
  });
});

describe('the links of the pages', () => {
  it('of the index lead to every page', () => {
    const index = readFileSync('docs/README.md', 'utf8');
    const pages = PAGES.filter((page) => dirname(page) === 'docs' && page !== 'docs/README.md');
    expect(pages.filter((page) => !index.includes(`](${page.slice('docs/'.length)})`))).toEqual([]);
  });

  it.each(PAGES)('of %s lead somewhere', (page) => {
    // The READMEs of the packages have the folder docs/ beside them there, with the pages of the one here.
    const folder = page.startsWith('scripts/build/readme/') ? '.' : dirname(page);
    expect(deadLinks(page, folder)).toEqual([]);
  });
});

describe('npm run demo', () => {
  it('keeps exactly what its policies call for, and says so', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tailgate-demo-'));
    const args = ['bin/tailgate.mjs', 'demo', '--traces', '80', '--data', folder];
    const { stdout } = await run(process.execPath, args);
    rmSync(folder, { recursive: true });
    expect(stdout).toContain('✓ kept are exactly the traces that the policies call for, whole and once');
  });
});

it('the tables of the README fit a terminal of 80 columns', () => {
  const rows = readFileSync('README.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.filter((row) => row.length > 80)).toEqual([]);
});
