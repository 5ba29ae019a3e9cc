import type { HourView } from './hour-view.ts';
import type { Coverage } from './results.ts';

/** Gathers what an answer lacks, hour by hour. */
export class CoverageBuilder {
  readonly #missing = new Set<string>();
  #lines = 0;
  #objects = 0;
  /** The hour that was looked at last. */
  lastHour: string | undefined;

  /** @param view undefined: there was no time to look at the hour */
  addHour(hour: string, view: HourView | undefined): void {
    this.lastHour = hour;
    if (view?.isComplete !== true) this.#missing.add(hour);
    this.#lines += view?.damaged.lines ?? 0;
    this.#objects += view?.damaged.objects ?? 0;
  }

  /** Something of the hour was not looked at. */
  addMissing(hour: string): void {
    this.#missing.add(hour);
  }

  /** Something of the hour turned out to be damaged when it was looked at again. */
  addDamagedLine(hour: string): void {
    this.#missing.add(hour);
    this.#lines += 1;
  }

  build(): Coverage {
    const missingHours = [...this.#missing];
    const damaged = { lines: this.#lines, objects: this.#objects };
    const isDamaged = damaged.lines + damaged.objects > 0;
    return { isComplete: missingHours.length === 0, missingHours, ...(isDamaged && { damaged }) };
  }
}
