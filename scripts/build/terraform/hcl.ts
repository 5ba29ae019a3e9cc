/**
 * Terraform's language, as far as the module needs it: a model of blocks and expressions, and a printer that lays them out as
 * `terraform fmt` does. https://developer.hashicorp.com/terraform/language/syntax/configuration
 */
export type Expression =
  | string
  | number
  | boolean
  | readonly Expression[]
  | Raw
  | Template
  | ObjectExpression
  | Call
  | Conditional;

/** An expression as it is written: a reference such as `aws_sqs_queue.queue.arn`. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A string in which parts are computed. */
export class Template {
  readonly parts: readonly Expression[];
  constructor(parts: readonly Expression[]) {
    this.parts = parts;
  }
}

export class ObjectExpression {
  readonly members: readonly (readonly [string, Expression])[];
  constructor(members: readonly (readonly [string, Expression])[]) {
    this.members = members;
  }
}

export class Call {
  readonly name: string;
  readonly args: readonly Expression[];
  constructor(name: string, ...args: readonly Expression[]) {
    this.name = name;
    this.args = args;
  }
}

export class Conditional {
  readonly test: string;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
  constructor(test: string, whenTrue: Expression, whenFalse: Expression) {
    this.test = test;
    this.whenTrue = whenTrue;
    this.whenFalse = whenFalse;
  }
}

/** `null`: the argument is left out. */
export const NULL: Raw = new Raw('null');

/** An argument: `name = value`. */
export interface Argument {
  readonly name: string;
  readonly value: Expression;
}

/** `resource "aws_sqs_queue" "queue" { … }`, or a block within one. */
export interface Block {
  readonly type: string;
  readonly labels?: readonly string[];
  readonly comment?: string;
  readonly body: readonly Entry[];
}

export type Entry = Argument | Block;

export function argument(name: string, value: Expression): Argument {
  return { name, value };
}

export function block(type: string, body: readonly Entry[], labels: readonly string[] = []): Block {
  return { type, labels, body };
}

const INDENT = '  ';

/** The text of a file. */
export function printFile(blocks: readonly Block[]): string {
  return blocks.map((one) => `${printBlock(one, 0)}\n`).join('\n');
}

function printBlock({ type, labels = [], comment, body }: Block, depth: number): string {
  const indent = INDENT.repeat(depth);
  const head = [type, ...labels.map((label) => JSON.stringify(label))].join(' ');
  const note =
    comment === undefined
      ? ''
      : comment
          .split('\n')
          .map((line) => `${indent}# ${line}\n`)
          .join('');
  if (body.length === 0) return `${note}${indent}${head} {}`;
  return `${note}${indent}${head} {\n${printBody(body, depth + 1)}${indent}}`;
}

/** Arguments, and after an empty line each block: `=` are under each other in runs of arguments of one line. */
function printBody(entries: readonly Entry[], depth: number): string {
  const lines: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const previous = entries[index - 1];
    if ('type' in entry) {
      lines.push(`${previous === undefined ? '' : '\n'}${printBlock(entry, depth)}\n`);
      continue;
    }
    if (previous !== undefined && 'type' in previous) lines.push('\n');
    lines.push(entryLine(entries.filter((one) => !('type' in one)) as readonly Argument[], entry, depth));
  }
  return lines.join('');
}

function entryLine(all: readonly Argument[], entry: Argument, depth: number): string {
  const width = alignment(
    all.map(({ name, value }) => [name, print(value, depth)]),
    all.indexOf(entry),
  );
  return `${INDENT.repeat(depth)}${entry.name.padEnd(width)} = ${print(entry.value, depth)}\n`;
}

/** The width of the names in the run of one-line members around one; a member of several lines ends a run. */
function alignment(members: readonly (readonly [string, string])[], at: number): number {
  const isOneLine = (index: number): boolean => members[index]?.[1].includes('\n') === false;
  const width = (index: number): number => members[index]?.[0].length ?? 0;
  if (!isOneLine(at)) return width(at);
  let [first, last] = [at, at];
  while (isOneLine(first - 1)) first--;
  while (isOneLine(last + 1)) last++;
  return Math.max(...members.slice(first, last + 1).map(([name]) => name.length));
}

/** An expression; its further lines are indented for `depth`. */
function print(value: Expression, depth: number): string {
  const indent = INDENT.repeat(depth);
  const inner = INDENT.repeat(depth + 1);
  if (typeof value === 'string') return printText([value], depth);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Raw) return value.text;
  if (value instanceof Template) return printText(value.parts, depth);
  if (value instanceof Conditional) return printConditional(value, depth);
  if (value instanceof Call) {
    const [only] = value.args;
    if (value.args.length === 1 && only !== undefined) return `${value.name}(${print(only, depth)})`;
    const args = value.args.map((arg) => print(arg, depth + 1));
    const line = `${value.name}(${value.args.map((arg) => print(arg, depth)).join(', ')})`;
    if (!line.includes('\n')) return line;
    return `${value.name}(\n${args.map((arg) => `${inner}${arg},\n`).join('')}${indent})`.replace(
      /,\n(\s*)\)$/,
      '\n$1)',
    );
  }
  if (value instanceof ObjectExpression) {
    if (value.members.length === 0) return '{}';
    const members = value.members.map(([name, member]) => [key(name), print(member, depth + 1)] as const);
    const lines = members.map(([name, text], index) => `${inner}${name.padEnd(alignment(members, index))} = ${text}\n`);
    return `{\n${lines.join('')}${indent}}`;
  }
  if (value.length === 0) return '[]';
  const line = `[${value.map((element) => print(element, depth)).join(', ')}]`;
  if (!line.includes('\n') && line.length <= 100) return line;
  return `[\n${value.map((element) => `${inner}${print(element, depth + 1)},\n`).join('')}${indent}]`;
}

function printConditional({ test, whenTrue, whenFalse }: Conditional, depth: number): string {
  const line = `${test} ? ${print(whenTrue, depth)} : ${print(whenFalse, depth)}`;
  if (!line.includes('\n')) return line;
  const inner = INDENT.repeat(depth + 1);
  const [a, b] = [whenTrue, whenFalse].map((value) => print(value, depth + 1));
  return `(\n${inner}${test}\n${inner}? ${a}\n${inner}: ${b}\n${INDENT.repeat(depth)})`;
}

function key(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? name : printQuoted([name], 0);
}

/** A string in quotes; one of several lines as a heredoc, which shows them as lines. */
function printText(parts: readonly Expression[], depth: number): string {
  if (parts.some((part) => typeof part === 'string' && part.includes('\n'))) return printHeredoc(parts, depth);
  return printQuoted(parts, depth);
}

function printQuoted(parts: readonly Expression[], depth: number): string {
  const text = parts.map((part) => (typeof part === 'string' ? escapedText(part) : `\${${printInline(part, depth)}}`));
  return `"${text.join('')}"`;
}

/** Within a string everything stands in one line. */
function printInline(value: Expression, depth: number): string {
  if (typeof value === 'string') return `"${escapedText(value)}"`;
  if (value instanceof Template) return printQuoted(value.parts, depth);
  if (value instanceof Conditional) {
    return `${value.test} ? ${printInline(value.whenTrue, depth)} : ${printInline(value.whenFalse, depth)}`;
  }
  return print(value, depth);
}

function escapedText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll(/([$%])\{/g, '$1$1{');
}

/** `chomp` takes the line feed that a heredoc always ends with. */
function printHeredoc(parts: readonly Expression[], depth: number): string {
  const inner = INDENT.repeat(depth + 1);
  const text = parts
    .map((part) =>
      typeof part === 'string' ? part.replaceAll(/([$%])\{/g, '$1$1{') : `\${${printInline(part, depth)}}`,
    )
    .join('');
  const isWhole = text.endsWith('\n');
  const lines = (isWhole ? text.slice(0, -1) : text).split('\n').map((line) => (line === '' ? '' : `${inner}${line}`));
  const heredoc = `<<-EOT\n${lines.join('\n')}\n${INDENT.repeat(depth)}EOT`;
  return isWhole ? heredoc : `chomp(${heredoc}\n${INDENT.repeat(depth)})`;
}
