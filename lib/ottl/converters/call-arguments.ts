import { OttlEvaluationError, OttlSyntaxError } from '../errors.ts';
import { toCamel } from '../go/strings.ts';
import type { Time } from '../go/time.ts';
import type { ArgumentNode, CallNode, ValueNode } from '../parser/syntax-tree.ts';
import type { Getter, Operand } from '../runtime/context.ts';
import type { OttlMap, OttlValue } from '../runtime/value.ts';
import {
  toBoolLike,
  toBytesLike,
  toDoubleLike,
  toDuration,
  toInt,
  toIntLike,
  toList,
  toMap,
  toText,
  toTextLike,
  toTime,
} from './convert.ts';

/** Compiles the argument of a call. The compiler hands this down: converters do not know the compiler. */
export type CompileArgument = (node: ValueNode) => Operand;

/** A getter of one type. `literal` is the value when it is known at start, otherwise undefined. */
export interface TypedGetter<T> {
  readonly get: Getter<T>;
  readonly literal: T | undefined;
}

/**
 * The arguments of one call, by the names of the parameters. A converter asks for each with the accessor of the type
 * that it needs, once, when the condition is compiled. The getter that it gets back converts the value of a path or
 * converter on each evaluation; a literal is converted at once, and one of the wrong type is an error at start.
 *
 * Accessors without `Like` accept only their own type. Those with `Like` convert other types, as the Collector's
 * `StringLikeGetter` and its siblings do, and give null for nil. `literal…` accessors accept only literals.
 */
export class CallArguments {
  readonly #call: CallNode;
  readonly #bound: ReadonlyMap<string, ArgumentNode>;
  readonly #compile: CompileArgument;

  constructor(call: CallNode, bound: ReadonlyMap<string, ArgumentNode>, compile: CompileArgument) {
    this.#call = call;
    this.#bound = bound;
    this.#compile = compile;
  }

  /** Whether an optional argument is given. */
  has(name: string): boolean {
    return this.#bound.has(name);
  }

  /** @throws {OttlSyntaxError} always: the argument cannot be used */
  fail(name: string, message: string): never {
    throw new OttlSyntaxError(`${this.#call.name}: ${message}`, this.#bound.get(name)?.at ?? this.#call.at);
  }

  any(name: string): Getter {
    return countedOperand(this.#operand(name));
  }

  text(name: string): Getter<string> {
    return this.typedText(name).get;
  }

  typedText(name: string): TypedGetter<string> {
    return this.#typed(name, toText);
  }

  textLike(name: string): Getter<string | null> {
    return this.#typed(name, toTextLike).get;
  }

  int(name: string): Getter<bigint> {
    return this.#typed(name, toInt).get;
  }

  intLike(name: string): Getter<bigint | null> {
    return this.#typed(name, toIntLike).get;
  }

  doubleLike(name: string): Getter<number | null> {
    return this.#typed(name, toDoubleLike).get;
  }

  boolLike(name: string): Getter<boolean | null> {
    return this.#typed(name, toBoolLike).get;
  }

  bytesLike(name: string): TypedGetter<Uint8Array | null> {
    return this.#typed(name, toBytesLike);
  }

  map(name: string): Getter<OttlMap> {
    return this.#typed(name, toMap).get;
  }

  /** A map of literals. */
  literalMap(name: string): OttlMap {
    return this.#typed(name, toMap).literal ?? this.fail(name, `${name} must be a map of literals`);
  }

  list(name: string): Getter<readonly OttlValue[]> {
    return this.#typed(name, toList).get;
  }

  /** The nanoseconds of a duration. */
  nanos(name: string): Getter<bigint> {
    const { get } = this.#typed(name, toDuration);
    return (context) => get(context).nanos;
  }

  time(name: string): Getter<Time> {
    return this.#typed(name, toTime).get;
  }

  /** A string literal; undefined when the argument is missing. */
  literalText(name: string): string | undefined {
    const node = this.#bound.get(name)?.value;
    if (node === undefined) return undefined;
    return node.kind === 'string' ? node.value : this.fail(name, `${name} must be a string in quotes`);
  }

  /** `true` or `false`; undefined when the argument is missing. */
  literalBool(name: string): boolean | undefined {
    const node = this.#bound.get(name)?.value;
    if (node === undefined) return undefined;
    return node.kind === 'bool' ? node.value : this.fail(name, `${name} must be true or false`);
  }

  /** A list literal of string literals; undefined when the argument is missing. */
  literalTexts(name: string): readonly string[] | undefined {
    if (!this.has(name)) return undefined;
    return this.#items(name).map((node) =>
      node.kind === 'string' ? node.value : this.fail(name, `${name} must be a list of strings in quotes`),
    );
  }

  /** The items of a list literal, of any type. */
  anyItems(name: string): readonly Getter[] {
    return this.#items(name).map((node) => countedOperand(this.#compile(node)));
  }

  /** The items of a list literal, each a string. */
  textItems(name: string): readonly TypedGetter<string>[] {
    return this.#items(name).map((node) => this.#converted(name, this.#compile(node), toText));
  }

  /** The items of any list, converted to text. */
  texts(name: string): Getter<readonly (string | null)[]> {
    if (this.#bound.get(name)?.value.kind !== 'list') {
      const list = this.list(name);
      return (context) => list(context).map(toTextLike);
    }
    const items = this.#items(name).map((node) => this.#converted(name, this.#compile(node), toTextLike).get);
    return (context) => items.map((get) => get(context));
  }

  #items(name: string): readonly ValueNode[] {
    const node = this.#bound.get(name)?.value;
    return node?.kind === 'list' ? node.items : this.fail(name, `${name} must be a list in brackets`);
  }

  #operand(name: string): Operand {
    const argument = this.#bound.get(name);
    if (argument === undefined) throw new TypeError(`${this.#call.name} has no argument ${name}`);
    return this.#compile(argument.value);
  }

  #typed<T extends OttlValue>(name: string, convert: (value: OttlValue) => T): TypedGetter<T> {
    return this.#converted(name, this.#operand(name), convert);
  }

  #converted<T extends OttlValue>(name: string, operand: Operand, convert: (value: OttlValue) => T): TypedGetter<T> {
    const { literal } = operand;
    if (literal === undefined) {
      const get = countedOperand(operand);
      return { get: (context) => convert(get(context)), literal: undefined };
    }
    const value = this.atStart(name, () => convert(literal));
    return { get: () => value, literal: value };
  }

  /** Runs a conversion when the condition is compiled: its {@link OttlEvaluationError} becomes an error at start. */
  atStart<T>(name: string, convert: () => T): T {
    try {
      return convert();
    } catch (error) {
      if (error instanceof OttlEvaluationError) return this.fail(name, `${name}: ${error.message}`);
      throw error;
    }
  }
}

/**
 * Counts the size of an argument as work, because the converter may read all of it. A literal is free: the author of
 * the configuration chose its size, not the sender of a trace.
 */
function countedOperand({ get, literal }: Operand): Getter {
  if (literal !== undefined) return get;
  return (context) => {
    const value = get(context);
    context.work.spendOn(value);
    return value;
  };
}

/** The names of a converter's parameters. Arguments may be given by name: `target=` is the parameter `Target`. */
export interface ConverterParameters {
  readonly parameters: readonly string[];
  /** Parameters that may be left out; they come after the others. */
  readonly optional?: readonly string[];
}

/**
 * Assigns the arguments of a call to parameters, by position or by name (`utf8_safe` is `Utf8Safe`).
 * @throws {OttlSyntaxError} when arguments are missing, unknown, given twice, or too many
 */
export function bindArguments(
  { parameters, optional = [] }: ConverterParameters,
  call: CallNode,
  compile: CompileArgument,
): CallArguments {
  const all = [...parameters, ...optional];
  if (call.arguments.length < parameters.length || call.arguments.length > all.length) {
    const expected = optional.length === 0 ? `${all.length}` : `${parameters.length} to ${all.length}`;
    throw new OttlSyntaxError(
      `${call.name}(${all.join(', ')}) takes ${expected} arguments, got ${call.arguments.length}`,
      call.at,
    );
  }
  const bound = new Map<string, ArgumentNode>();
  for (const [i, argument] of call.arguments.entries()) {
    const name = argument.name === undefined ? (all[i] ?? '') : toCamel(argument.name);
    if (!all.includes(name)) {
      throw new OttlSyntaxError(
        `${call.name} has no parameter ${argument.name}, allowed: ${all.join(', ')}`,
        argument.at,
      );
    }
    if (bound.has(name)) throw new OttlSyntaxError(`${call.name} is given ${name} twice`, argument.at);
    bound.set(name, argument);
  }
  const missing = parameters.find((name) => !bound.has(name));
  if (missing !== undefined) throw new OttlSyntaxError(`${call.name} needs ${missing}`, call.at);
  return new CallArguments(call, bound, compile);
}
