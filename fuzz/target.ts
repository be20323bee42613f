import fc from 'fast-check';

/** What a target is made of: inputs by their kind, and somebody who judges what becomes of them. */
export interface TargetSpec<Input> {
  readonly name: string;
  /** Inputs are plain JSON. */
  readonly inputs: Readonly<Record<string, fc.Arbitrary<Input>>>;
  /** Makes ready what the inputs are given to; it is used for many of them. */
  open(): Promise<Trial<Input>>;
}

/** Something that inputs are given to. */
export interface Trial<Input> {
  /** Gives it the input; throws, or rejects, with what is wrong in what came of it. */
  judge(input: Input): void | Promise<void>;
  /** Ends it; rejects when something is left behind. */
  close(): Promise<void>;
}

/** How much is tried: until the runs or the time are used up, whichever comes first. */
export interface Budget {
  readonly seed: number;
  readonly runs?: number;
  readonly ms?: number;
  /** Whether an input that takes far more of the processor than one of its length should is a fault. */
  readonly isTimed?: boolean;
  /** Hears of each input before it is given, so that one that never comes back is known. */
  readonly onInput?: (given: Given) => void;
}

/** An input, as it is kept and replayed. */
export interface Given {
  readonly target: string;
  readonly kind: string;
  readonly input: unknown;
}

/** What came of a target's inputs. */
export interface Outcome {
  readonly target: string;
  readonly runs: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** The smallest input found for which something is wrong, and what. */
  readonly failed: (Given & { readonly fault: string }) | undefined;
}

/** Something that can be fuzzed. */
export interface Target {
  readonly name: string;
  fuzz(budget: Budget): Promise<Outcome>;
  /** What is wrong with an input that was kept; undefined when nothing is any more. */
  replay(input: unknown): Promise<string | undefined>;
}

const SHRINKING_MS = 20_000;
const EVER = 2 ** 31 - 1;

/** Makes a target of its parts. */
export function createTarget<Input>({ name, inputs, open }: TargetSpec<Input>): Target {
  const any = fc.oneof(
    ...Object.entries(inputs).map(([kind, arbitrary]) => arbitrary.map((input) => ({ kind, input }))),
  );
  return {
    name,
    async fuzz({ seed, runs = EVER, ms = EVER, isTimed = false, onInput = () => {} }) {
      const trial = await open();
      const kinds: Record<string, number> = {};
      let isCounted = true;
      const property = fc.asyncProperty(any, async ({ kind, input }) => {
        if (isCounted) kinds[kind] = (kinds[kind] ?? 0) + 1;
        onInput({ target: name, kind, input });
        const before = process.cpuUsage();
        await trial.judge(input);
        if (isTimed) judgeTime(process.cpuUsage(before), JSON.stringify(input).length);
      });
      const common = { seed, markInterruptAsFailure: false };
      const found = await fc.check(property, {
        ...common,
        numRuns: runs,
        interruptAfterTimeLimit: ms,
        endOnFailure: true,
      });
      isCounted = false;
      // Once more from where it failed, now with time to shrink it.
      const shrunk = found.failed
        ? await fc.check(property, {
            ...common,
            path: found.counterexamplePath ?? '',
            interruptAfterTimeLimit: SHRINKING_MS,
          })
        : found;
      const smallest = shrunk.counterexample ?? found.counterexample;
      const left = await trial.close().then(() => undefined, toFault);
      const fault = found.failed ? toFault(shrunk.errorInstance ?? found.errorInstance) : left;
      const given = smallest?.[0] ?? { kind: 'all together', input: null };
      return {
        target: name,
        runs: Object.values(kinds).reduce((sum, count) => sum + count, 0),
        kinds,
        failed: fault === undefined ? undefined : { target: name, ...given, fault },
      };
    },
    async replay(input) {
      const trial = await open();
      try {
        // It was kept by this target, so it is of its type.
        await trial.judge(input as Input);
        return undefined;
      } catch (error) {
        return toFault(error);
      } finally {
        await trial.close();
      }
    },
  };
}

/** Ten to a hundred times what anything here takes; what grows with the square of the length is far beyond. */
const LONGEST_MS = 1_000;
const LONGEST_MS_A_BYTE = 0.002;

function judgeTime({ user, system }: NodeJS.CpuUsage, bytes: number): void {
  const ms = (user + system) / 1_000;
  if (ms > LONGEST_MS + bytes * LONGEST_MS_A_BYTE)
    throw new Error(`it took ${ms.toFixed()} ms of the processor for ${bytes} bytes`);
}

function toFault(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
