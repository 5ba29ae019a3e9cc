import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineCommand } from '../../lib/terminal/define-command.ts';
import { decimalNumber, file, flag, oneOf, parsed, text, wholeNumber } from '../../lib/terminal/option.ts';
import { type ParsedCommandLine, parseCommandLine } from '../../lib/terminal/parse-command-line.ts';

const options = {
  port: wholeNumber({ min: 0, max: 65_535, default: 4318, help: 'port' }),
  ratio: decimalNumber({ min: 0.5, help: 'a ratio' }),
  key: text({ placeholder: 'KEY', repeatable: true, help: 'a key' }),
  mode: oneOf({ choices: ['fast', 'slow'], help: 'a mode' }),
  secret: parsed({
    placeholder: 'SECRET',
    mayBeSecret: true,
    help: 'a secret',
    read(given: string): URL {
      const url = URL.parse(given);
      if (url === null) throw new Error('expected a URL');
      return url;
    },
  }),
  dryRun: flag({ help: 'only say it' }),
  stack: text({ placeholder: 'NAME', required: true, help: 'the stack' }),
};

const command = defineCommand({
  name: 'try',
  summary: 'try',
  description: 'Tries.',
  examples: [],
  options,
  positionals: { source: file({ required: true, help: 'source' }), targets: file({ repeatable: true, help: 'more' }) },
  former: { prt: '--port' },
  check: ({ port, ratio }) => (port === 1 && ratio === undefined ? ['port 1 needs --ratio'] : []),
  load: async () => (input) => {
    expectTypeOf(input).toEqualTypeOf<
      {
        readonly port: number;
        readonly ratio: number | undefined;
        readonly key: readonly string[];
        readonly mode: 'fast' | 'slow' | undefined;
        readonly secret: URL | undefined;
        readonly dryRun: boolean;
        readonly stack: string;
      } & { readonly source: string; readonly targets: readonly string[] }
    >();
    return 0;
  },
});

function inputOf(parsedLine: ParsedCommandLine) {
  return parsedLine.kind === 'run' ? parsedLine.input : parsedLine;
}

function problemsOf(...argv: string[]): readonly string[] {
  const parsedLine = parseCommandLine(command, argv);
  return parsedLine.kind === 'wrong' ? parsedLine.problems : [];
}

describe('a command line', () => {
  it('has defaults, and undefined for what is not given', () => {
    expect(inputOf(parseCommandLine(command, ['a', '--stack', 's']))).toEqual({
      port: 4318,
      ratio: undefined,
      key: [],
      mode: undefined,
      secret: undefined,
      dryRun: false,
      stack: 's',
      source: 'a',
      targets: [],
    });
  });

  it('takes values after a space or an equals sign, in any order', () => {
    const argv = [
      '--port=1',
      '--ratio',
      '1e3',
      'a',
      '--key',
      'x',
      '--dry-run',
      'b',
      '--key=--y',
      '--mode',
      'slow',
      '-',
    ];
    expect(inputOf(parseCommandLine(command, [...argv, '--stack=s', '--secret', 'http://h/']))).toEqual({
      port: 1,
      ratio: 1000,
      key: ['x', '--y'],
      mode: 'slow',
      secret: new URL('http://h/'),
      dryRun: true,
      stack: 's',
      source: 'a',
      targets: ['b', '-'],
    });
  });

  it('takes a value that looks like a short option, and arguments after --', () => {
    expect(inputOf(parseCommandLine(command, ['--stack', '-6h', '--', '--port', '-x']))).toMatchObject({
      stack: '-6h',
      source: '--port',
      targets: ['-x'],
    });
  });

  it('refuses two values for an option that has one', () => {
    expect(parseCommandLine(command, ['a', '--stack', 'x', '--stack', 'y'])).toMatchObject({
      problems: ['--stack is given 2 times: it takes one value'],
    });
  });

  it('asks for help before anything is wrong with it', () => {
    expect(parseCommandLine(command, ['--port', 'x', '-h'])).toEqual({ kind: 'help' });
    expect(parseCommandLine(command, ['--bogus', '--help'])).toEqual({ kind: 'help' });
  });

  it('that is wrong is told with all problems at once', () => {
    const argv = ['--prot', '1', '--port', 'x', '--ratio', '0', '--key=', '--mode', 'medium', '--secret', 'p4ss', '-z'];
    expect(problemsOf(...argv, '--dry-run=yes', '--stack')).toEqual([
      'unknown option --prot; did you mean "--port"?',
      'unknown option -z',
      '--dry-run takes no value, got "yes"',
      '--stack has no value: expected NAME, the stack',
      '--port is "x": expected a whole number from 0 to 65,535',
      '--ratio is "0": expected a number from 0.5',
      '--key is empty: expected KEY, a key',
      '--mode is "medium": expected fast or slow',
      '--secret: expected a URL',
      '--stack is missing: the stack',
      'FILE is missing: source',
    ]);
  });

  it('with a former option is told the new one', () => {
    expect(problemsOf('a', '--stack', 's', '--prt', '1')).toEqual(['unknown option --prt: it is called --port now']);
  });

  it('is told what its options say together, also when another is wrong', () => {
    expect(problemsOf('a', '--stack', 's', '--port', '1', '--mode', 'x')).toEqual([
      '--mode is "x": expected fast or slow',
      'port 1 needs --ratio',
    ]);
  });

  it('has an argument too many', () => {
    const one = defineCommand({
      name: 'one',
      summary: '',
      description: '',
      examples: [],
      positionals: { sql: text({ help: 'a statement' }) },
      excess: 'put it in quotes',
      load: async () => () => 0,
    });
    expect(parseCommandLine(one, ['a', 'b', 'c'])).toMatchObject({
      kind: 'wrong',
      problems: ['unexpected argument "b": put it in quotes', 'unexpected argument "c": put it in quotes'],
    });
  });

  it.each(['', ' 5', '-1', '1.5', '0x10', '1e2', '٣', '12345678901234567890'])(
    'takes %j for no whole number',
    (number) => {
      expect(problemsOf('a', '--stack', 's', `--port=${number}`)).toHaveLength(1);
    },
  );
});

describe('a command with actions', () => {
  const actions = defineCommand({
    name: 'keys',
    summary: '',
    description: '',
    examples: [],
    options: { stack: text({ placeholder: 'NAME', help: 'the stack' }) },
    subcommands: {
      create: { summary: 'create', options: { note: text({ help: 'a note' }) } },
      revoke: { summary: 'revoke', positionals: { id: text({ placeholder: 'ID', required: true, help: 'a key' }) } },
    },
    load: async () => (input) => {
      expectTypeOf(input.stack).toEqualTypeOf<string | undefined>();
      if (input.subcommand === 'create') expectTypeOf(input.note).toEqualTypeOf<string | undefined>();
      else expectTypeOf(input.id).toEqualTypeOf<string>();
      return 0;
    },
  });
  const parse = (...argv: string[]) => inputOf(parseCommandLine(actions, argv));

  it('has the values of the action alone', () => {
    expect(parse('--stack', 's', 'create', '--note', 'n')).toEqual({ subcommand: 'create', stack: 's', note: 'n' });
    expect(parse('revoke', 'k', '--stack', 's')).toEqual({ subcommand: 'revoke', stack: 's', id: 'k' });
  });

  it.each([
    [[], 'keys: expected create or revoke, got nothing'],
    [['creat'], 'keys: expected create or revoke, got "creat"; did you mean "create"?'],
    [['revoke', 'k', '--note', 'n'], '--note belongs to "keys create", not to revoke'],
    [['revoke'], 'ID is missing: a key'],
    [['create', 'x'], 'unexpected argument "x"'],
  ])('refuses %j', (argv, problem) => {
    expect(parse(...argv)).toMatchObject({ kind: 'wrong', problems: [problem] });
  });
});

describe('a command that takes other options', () => {
  const open = defineCommand({
    name: 'query',
    summary: '',
    description: '',
    examples: [],
    options: { json: flag({ help: 'JSON' }) },
    positionals: { name: text({ help: 'a query' }) },
    others: 'a parameter',
    load: async () => (input) => {
      expectTypeOf(input.others).toEqualTypeOf<Readonly<Record<string, string>>>();
      return 0;
    },
  });

  it('has them by name, each with a value', () => {
    const argv = ['--service', 'cart', 'errors', '--json', '--from', '-6h', '--trace-id=1'];
    expect(inputOf(parseCommandLine(open, argv))).toEqual({
      name: 'errors',
      json: true,
      others: { service: 'cart', from: '-6h', 'trace-id': '1' },
    });
  });

  it('refuses one without a value, twice, or that is none', () => {
    const argv = ['--service', 'a', '--service', 'b', '-x', '--from', '--to=1', '--__proto__=x'];
    expect(parseCommandLine(open, argv)).toMatchObject({
      kind: 'wrong',
      problems: [
        '--service is given twice: it takes one value',
        'unknown option -x',
        '--from has no value',
        'unknown option --__proto__',
      ],
    });
  });
});
