import { compareAcceptance, smallestConfig } from './acceptance.ts';
import type { Case, ConfigBlock } from './case.ts';
import { compare, type Difference } from './compare.ts';
import { configText } from './config-text.ts';
import { printDifference } from './print-difference.ts';
import type { Reference } from './reference.ts';
import { shrink } from './shrink.ts';

/** Cases that are worked on at once: enough to keep the reference busy. */
const AT_ONCE = 4;
const MAX_PRINTED = 5;

/** Compares case after case, a few at a time, counts what is equal and prints what is not. */
export class RunningComparison {
  readonly #reference: Reference;
  readonly #withTraceState: Reference;
  readonly #agreed = new Map<string, number>();
  readonly #intended = new Map<string, number>();
  readonly #failing: { readonly one: Case; readonly difference: Difference }[] = [];
  readonly #failingConfigs: ConfigBlock[] = [];
  readonly #pending = new Set<Promise<void>>();
  #differenceCount = 0;

  constructor(reference: Reference, withTraceState: Reference) {
    this.#reference = reference;
    this.#withTraceState = withTraceState;
  }

  /** Resolves when there is room for the next. */
  add(one: Case): Promise<void> {
    return this.#start(this.#compare(one));
  }

  /** Compares whether the configuration is taken, and then the decisions if both sides take it. */
  addIfAccepted(one: Case): Promise<void> {
    return this.#start(this.#compareIfAccepted(one));
  }

  /** Compares only whether the configuration is taken. */
  addConfiguration(config: ConfigBlock): Promise<void> {
    return this.#start(this.#isAcceptedByBoth(config).then(() => undefined));
  }

  /** Waits for all of them, prints the result, and tells whether it is free of differences. */
  async finish(): Promise<boolean> {
    await Promise.all(this.#pending);
    await this.#printFailing();
    console.log(`agreed: ${inWords(this.#agreed) || 'nothing'}`);
    for (const [name, count] of this.#intended) console.log(`intended: ${name} (${count} configurations)`);
    console.log(`${this.#differenceCount} differences in ${this.#failing.length} configurations`);
    console.log(`${this.#failingConfigs.length} configurations that one side refuses for no reason that has a name`);
    return this.#failing.length + this.#failingConfigs.length === 0;
  }

  async #start(work: Promise<void>): Promise<void> {
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
    if (this.#pending.size >= AT_ONCE) await Promise.race(this.#pending);
  }

  async #compareIfAccepted(one: Case): Promise<void> {
    if (await this.#isAcceptedByBoth(one.config)) await this.#compare(one);
  }

  async #isAcceptedByBoth(config: ConfigBlock): Promise<boolean> {
    const { outcome, names } = await compareAcceptance(this.#reference, config);
    for (const name of new Set(names)) count(this.#intended, name);
    if (outcome === 'different') this.#failingConfigs.push(config);
    else if (outcome !== 'accepted') {
      count(this.#agreed, outcome === 'refused' ? 'refused' : 'refused by one on purpose');
    }
    return outcome === 'accepted';
  }

  async #compare(one: Case): Promise<void> {
    const { differences, agreed } = await compare(this.#referenceFor(one), one);
    for (const [outcome, more] of agreed) count(this.#agreed, outcome, more);
    this.#differenceCount += differences.length;
    const [first] = differences;
    if (first === undefined) return;
    const { traceId } = first;
    const alone = traceId === undefined ? one.traces.slice(0, 1) : one.traces.filter((t) => t.traceId === traceId);
    this.#failing.push({ one: { ...one, traces: one.fakeTime ? one.traces : alone }, difference: first });
  }

  async #printFailing(): Promise<void> {
    for (const { one, difference } of this.#failing.slice(0, MAX_PRINTED)) {
      const reference = this.#referenceFor(one);
      const smallest = await shrink(reference, one, difference.traceId === undefined);
      const [shrunk = difference] = (await compare(reference, smallest)).differences;
      console.log(`\nDIFFERENCE\n${printDifference(smallest, shrunk)}`);
    }
    for (const config of this.#failingConfigs.slice(0, MAX_PRINTED)) {
      const smallest = await smallestConfig(this.#reference, config);
      const { collector, tailgate } = await compareAcceptance(this.#reference, smallest);
      console.log(`\nDIFFERENCE\n  configuration: ${configText(smallest)}`);
      console.log(`  Collector: ${collector || 'accepts'}\n  Tailgate:  ${tailgate || 'accepts'}`);
    }
  }

  #referenceFor({ useTraceState = false }: Case): Reference {
    return useTraceState ? this.#withTraceState : this.#reference;
  }
}

function count(counts: Map<string, number>, key: string, more = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}

function inWords(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([outcome, times]) => `${times} ${outcome}`).join(', ');
}
