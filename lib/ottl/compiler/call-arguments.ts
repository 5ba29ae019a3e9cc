import { OttlEvaluationError, OttlSyntaxError } from '../errors.ts';
import type { ArgumentNode, CallNode, ValueNode } from '../parser/syntax-tree.ts';
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
} from '../runtime/convert.ts';
import type { Getter, Operand } from '../runtime/value.ts';
import { NativeList, type OttlMap, type OttlValue, type Time } from '../runtime/value.ts';
import type { CompileScope } from './compile.ts';
import { compileValue } from './compile.ts';

/** A getter that may know its value at start. */
export interface TypedGetter<T> {
  readonly get: Getter<T>;
  readonly literal: T | undefined;
}

/**
 * The arguments of one call, by the names of the parameters. Each accessor compiles an argument to the type that the
 * converter wants; a literal of another type is an error at start.
 */
export class CallArguments {
  readonly #call: CallNode;
  readonly #bound: ReadonlyMap<string, ArgumentNode>;
  readonly #scope: CompileScope;

  constructor(call: CallNode, bound: ReadonlyMap<string, ArgumentNode>, scope: CompileScope) {
    this.#call = call;
    this.#bound = bound;
    this.#scope = scope;
  }

  has(name: string): boolean {
    return this.#bound.has(name);
  }

  /** @throws {OttlSyntaxError} always: the argument is no good. */
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

  /** A map that must be written out. */
  literalMap(name: string): OttlMap {
    return this.#typed(name, toMap).literal ?? this.fail(name, `${name} must be a map of literals`);
  }

  list(name: string): Getter<readonly OttlValue[]> {
    return this.#typed(name, toList).get;
  }

  nanos(name: string): Getter<bigint> {
    const { get } = this.#typed(name, toDuration);
    return (context) => get(context).nanos;
  }

  time(name: string): Getter<Time> {
    return this.#typed(name, toTime).get;
  }

  /** A string that must be written out; undefined when the argument is left away. */
  literalText(name: string): string | undefined {
    const node = this.#bound.get(name)?.value;
    if (node === undefined) return undefined;
    return node.kind === 'string' ? node.value : this.fail(name, `${name} must be a string in quotes`);
  }

  /** True or false, which must be written out; undefined when the argument is left away. */
  literalBool(name: string): boolean | undefined {
    const node = this.#bound.get(name)?.value;
    if (node === undefined) return undefined;
    return node.kind === 'bool' ? node.value : this.fail(name, `${name} must be true or false`);
  }

  /** Strings in a list that must be written out; undefined when the argument is left away. */
  literalTexts(name: string): readonly string[] | undefined {
    if (!this.has(name)) return undefined;
    return this.#items(name).map((node) =>
      node.kind === 'string' ? node.value : this.fail(name, `${name} must be a list of strings in quotes`),
    );
  }

  /** The items of a list that must be written out, of any type. */
  anyItems(name: string): readonly Getter[] {
    return this.#items(name).map((node) => countedOperand(compileValue(node, this.#scope)));
  }

  /** The items of a list that must be written out, each a string. */
  textItems(name: string): readonly TypedGetter<string>[] {
    return this.#items(name).map((node) => this.#converted(name, compileValue(node, this.#scope), toText));
  }

  /** The items of a list, as text. */
  texts(name: string): Getter<readonly (string | null)[]> {
    if (this.#bound.get(name)?.value.kind !== 'list') {
      const list = this.list(name);
      return (context) => list(context).map(toTextLike);
    }
    const items = this.#items(name).map(
      (node) => this.#converted(name, compileValue(node, this.#scope), toTextLike).get,
    );
    return (context) => items.map((get) => get(context));
  }

  #items(name: string): readonly ValueNode[] {
    const node = this.#bound.get(name)?.value;
    return node?.kind === 'list' ? node.items : this.fail(name, `${name} must be a list in brackets`);
  }

  #operand(name: string): Operand {
    const argument = this.#bound.get(name);
    if (argument === undefined) throw new TypeError(`${this.#call.name} has no argument ${name}`);
    return compileValue(argument.value, this.#scope);
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

  /** What an argument is made into before the first evaluation. Wrong values are errors at start. */
  atStart<T>(name: string, convert: () => T): T {
    try {
      return convert();
    } catch (error) {
      if (error instanceof OttlEvaluationError) return this.fail(name, `${name}: ${error.message}`);
      throw error;
    }
  }
}

/** What a converter is given costs, as it may look at all of it; a literal does not, whose size the data cannot choose. */
function countedOperand({ get, literal }: Operand): Getter {
  if (literal !== undefined) return get;
  return (context) => {
    const value = get(context);
    context.work.spendOn(value);
    return value;
  };
}

/** A list of strings made by a converter. */
export function textList(items: readonly string[]): NativeList {
  return new NativeList(items, 'string');
}
