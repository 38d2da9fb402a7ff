import { Presets, SingleBar } from 'cli-progress';
import type { OnProgress } from '../loading/seeder';

/** How often a line is written where there is no terminal. */
const LINE_EVERY_MS = 10_000;

/** How long something takes, and how many rows are made in that time. */
export class Pace {
  rows = 0;
  milliseconds = 0;

  add(rows: number, milliseconds: number): void {
    this.rows += rows;
    this.milliseconds += milliseconds;
  }

  /** Rows a second; undefined: too short to tell. */
  get rate(): number | undefined {
    return this.milliseconds >= 1 ? Math.round((this.rows * 1000) / this.milliseconds) : undefined;
  }
}

/** Hears of progress, measures how long each table takes, and lets the user see how far the work is. */
export class Progress {
  /** From the first rows to the end, with what comes after the rows. */
  readonly all = new Pace();
  private readonly steps = new Map<string, Pace>();
  private last?: { sent: number; at: number };

  constructor(private readonly display: Display = process.stdout.isTTY && process.stderr.isTTY ? bar() : lines()) {}

  /** One thing is done at a time: what has passed since the last call, belongs to this table. */
  readonly hear: OnProgress = (table, sent, total) => {
    const now = performance.now();
    // When the first rows were begun is not known: neither they nor their time count.
    const { sent: before, at } = this.last ?? { sent, at: now };
    for (const pace of [this.of(table), this.all]) pace.add(sent - before, now - at);
    this.last = { sent, at: now };
    const secondsLeft = this.all.rate && Math.ceil((total - sent) / this.all.rate);
    this.display.show({ table, rate: this.of(table).rate, sent, total, secondsLeft });
  };

  stop(): void {
    if (this.last) this.all.add(0, performance.now() - this.last.at);
    this.display.stop();
  }

  /** How long a table has taken. */
  of(table: string): Pace {
    const pace = this.steps.get(table) ?? new Pace();
    this.steps.set(table, pace);
    return pace;
  }
}

/** How far the work is. */
interface State {
  /** What is done now: the name of a table, or what follows its rows. */
  table: string;
  /** Rows of this table a second; undefined: not known yet. */
  rate?: number;
  /** How many rows have been sent, of how many of all tables. */
  sent: number;
  total: number;
  secondsLeft?: number;
}

interface Display {
  show(state: State): void;
  stop(): void;
}

/** A bar that goes when the work is done, for terminals. */
function bar(): Display {
  const one = new SingleBar(
    { format: '{bar} {percentage} % of {total} rows | {doing}', clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  return {
    show(state) {
      const payload = { doing: doing(state) };
      if (!one.isActive) one.start(state.total, 0, payload);
      one.update(state.sent, payload);
    },
    stop: () => one.stop(),
  };
}

/** A line now and then, for logs: none where the work is short. */
export function lines(every = LINE_EVERY_MS, print: (line: string) => void = console.error): Display {
  let printedAt: number | undefined;
  return {
    show(state) {
      const now = performance.now();
      printedAt ??= now;
      if (now - printedAt < every) return;
      printedAt = now;
      print(`${Math.floor((100 * state.sent) / state.total)} % of ${state.total} rows | ${doing(state)}`);
    },
    stop: () => undefined,
  };
}

function doing({ table, rate, sent, total, secondsLeft }: State): string {
  const parts = [table];
  if (rate) parts.push(`${rate} rows/s`);
  if (sent < total && secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left for all`);
  return parts.join(', ');
}

/** `8 s`, `3 min`, `2 h 5 min`. */
function duration(seconds: number): string {
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
