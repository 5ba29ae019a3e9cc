import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../lib/traffic/random.ts';
import type { SmallDisk } from './disk.ts';
import { FAIR, type FaultyProxy, STORM } from './proxy.ts';
import type { Supervised } from './supervised.ts';
import type { Fault } from './system.ts';

/** What is attacked. Without disks, faults of disks are left out. */
export interface Target {
  readonly tailgate: Supervised;
  readonly proxy: FaultyProxy;
  readonly disks: { readonly buffer: SmallDisk; readonly archive: SmallDisk } | undefined;
  /** Spans that were accepted so far. */
  readonly accepted: () => number;
  /** The start that a fault of the disk has caused. */
  starting?: Promise<void>;
}

/** Longer than `decision_wait`, the age at which a claim counts as abandoned, and the time that a wake-up stays hidden. */
const PAUSES_MS: readonly [number, ...number[]] = [4_000, 18_000, 33_000];
/** Faults last so long that the exporters notice, and not so long that all of them give up. */
const LONGEST_FAULT_MS = 12_000;
/** A little room is worse than none: some writes work, and others do not. */
const ROOM_BYTES: readonly [number, ...number[]] = [0, 0, 16_384, 65_536, 262_144];
/** A file that is being written holds it up for a moment. */
const REMOUNT_TRIES = 500;
/** Exporters that were refused for a while wait for some seconds between their tries. */
const RECOVERY_MS = 45_000;

type LocalFault = (target: Target, random: Random, longestPauseMs: number) => Promise<void>;

const PROCESS_FAULTS: Readonly<Record<string, LocalFault>> = {
  async kill({ tailgate }, random) {
    await tailgate.kill();
    await sleep(random.between(0, 2_000));
    await tailgate.start();
  },
  async 'kill when it is busy'({ tailgate }, random) {
    await tailgate.kill();
    await tailgate.start();
    // Then it decides what was due while it did not run, and what the exporters have sent again since.
    await sleep(random.between(3_000, 9_000));
    await tailgate.kill();
    await tailgate.start();
  },
  async 'kill while it starts'({ tailgate }, random) {
    await tailgate.kill();
    const starting = tailgate.start();
    await sleep(random.between(0, 1_500));
    await tailgate.kill();
    await starting;
    await tailgate.start();
  },
  async terminate({ tailgate }, random) {
    await tailgate.terminate();
    await sleep(random.between(0, 2_000));
    await tailgate.start();
  },
  async pause({ tailgate }, random, longestPauseMs) {
    await tailgate.pause(Math.min(random.pick(PAUSES_MS), longestPauseMs));
  },
  async 'storm in the network'({ proxy }, random) {
    proxy.cutAll();
    proxy.weather = STORM;
    await sleep(random.between(3_000, LONGEST_FAULT_MS));
    proxy.weather = FAIR;
  },
};

const DISK_FAULTS: Readonly<Record<string, LocalFault>> = {
  'buffer disk full': (target, random) => whileFull(target, random, ['buffer']),
  'archive disk full': (target, random) => whileFull(target, random, ['archive']),
  'both disks full': (target, random) => whileFull(target, random, ['buffer', 'archive']),
  async 'archive read-only'(target, random) {
    const { archive } = disksOf(target);
    for (let tries = 1; !archive.setReadOnly(true); tries++) {
      if (tries === REMOUNT_TRIES) throw new Error('the disk of the archive cannot be made read-only');
      await sleep(10);
    }
    await holdOut(target, random);
    archive.setReadOnly(false);
    await expectRecovery(target, 'the archive was read-only');
  },
};

async function whileFull(target: Target, random: Random, which: readonly ('buffer' | 'archive')[]): Promise<void> {
  const disks = disksOf(target);
  for (const name of which) disks[name].fill(random.pick(ROOM_BYTES));
  await holdOut(target, random);
  for (const name of which) disks[name].makeRoom();
  await expectRecovery(target, `no room for the ${which.join(' and the ')}`);
}

/** In some of the cases it is killed, or stopped, when it cannot write. */
async function holdOut(target: Target, random: Random): Promise<void> {
  const { tailgate } = target;
  tailgate.mayFailToStart = true;
  await sleep(random.between(2_000, LONGEST_FAULT_MS / 2));
  const then = random.between(0, 1);
  if (then < 0.5) {
    if (then < 0.3) await tailgate.kill();
    else await tailgate.terminate();
    target.starting = tailgate.start();
  }
  await sleep(random.between(1_000, LONGEST_FAULT_MS / 2));
}

/** Once there is room, spans are accepted again. */
async function expectRecovery({ tailgate, accepted, starting }: Target, what: string): Promise<void> {
  // A start that found no room has been tried again since.
  await starting;
  tailgate.mayFailToStart = false;
  const before = accepted();
  const endMs = performance.now() + RECOVERY_MS;
  while (accepted() === before) {
    if (performance.now() > endMs) {
      tailgate.faults.push(`accepts nothing ${RECOVERY_MS / 1_000} s after this was over: ${what}`);
      return;
    }
    await sleep(100);
  }
}

function disksOf({ disks }: Target) {
  if (disks === undefined) throw new Error('there are no disks to fill');
  return disks;
}

/** The faults of `tailgate start`; those of disks only where it has disks of its own. */
export function faultsOf(target: Target): Readonly<Record<string, Fault>> {
  const faults = Object.entries({ ...PROCESS_FAULTS, ...(target.disks && DISK_FAULTS) });
  return Object.fromEntries(
    faults.map(([name, fault]): [string, Fault] => [
      name,
      (random, longestPauseMs) => fault(target, random, longestPauseMs),
    ]),
  );
}
