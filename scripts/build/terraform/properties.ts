import { conditionalOf, isList, isNoValue, isObject, type Json, type JsonObject } from '../cloudformation/template.ts';

/**
 * The properties of a CloudFormation resource, each of which has to be taken. What is left at the end is an error, so that nothing that
 * the stack gets is missing in the module in silence.
 */
export class Properties {
  readonly #path: string;
  readonly #values: JsonObject;
  readonly #left: Set<string>;

  constructor(path: string, values: JsonObject) {
    this.#path = path;
    this.#values = values;
    this.#left = new Set(Object.keys(values));
  }

  /** A property; `undefined`: the resource does not have it. */
  take(name: string): Json | undefined {
    this.#left.delete(name);
    return this.#values[name];
  }

  required(name: string): Json {
    const value = this.take(name);
    if (value === undefined) throw new Error(`${this.#path}: expected the property ${name}`);
    return value;
  }

  /** A property that holds others. */
  nested(name: string): Properties | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (!isObject(value)) throw new Error(`${this.#path}.${name}: expected an object, got ${JSON.stringify(value)}`);
    return new Properties(`${this.#path}.${name}`, value);
  }

  /** A list of objects, of which some may depend on a condition. */
  list(name: string): readonly { readonly condition: string | undefined; readonly properties: Properties }[] {
    const value = this.take(name);
    if (value === undefined) return [];
    if (!isList(value)) throw new Error(`${this.#path}.${name}: expected a list, got ${JSON.stringify(value)}`);
    return value.map((element, index) => {
      const path = `${this.#path}.${name}[${index}]`;
      const conditional = conditionalOf(element);
      const item = conditional !== undefined && isNoValue(conditional.whenFalse) ? conditional.whenTrue : element;
      if (!isObject(item)) throw new Error(`${path}: expected an object, got ${JSON.stringify(element)}`);
      return { condition: conditional?.condition, properties: new Properties(path, item) };
    });
  }

  /** A property that says the only thing that is supported. */
  expect(name: string, expected: Json): void {
    const value = this.take(name);
    if (JSON.stringify(value) === JSON.stringify(expected)) return;
    throw new Error(`${this.#path}.${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(value)}`);
  }

  /** @throws {Error} when a property was not taken */
  done(): void {
    if (this.#left.size === 0) return;
    throw new Error(
      `${this.#path}: no translation to Terraform for ${[...this.#left].join(', ')}; add it to resources.ts`,
    );
  }
}
