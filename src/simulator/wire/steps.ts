/** What every world may be made with. */
export interface WorldOptions {
  readonly seed?: number;
  /** The time, milliseconds since 1970. */
  readonly now?: () => number;
}

/** A world that chance moves on. */
interface Stepped {
  readonly now: () => number;
  step(seconds: number): unknown;
}

/** Steps a world every `intervalMs` by the time that passed on its clock, until the returned function is called. */
export function keepStepping(world: Stepped, intervalMs: number): () => void {
  let steppedAt = world.now();
  const timer = setInterval(() => {
    const at = world.now();
    world.step(Math.max(at - steppedAt, 0) / 1000);
    steppedAt = at;
  }, intervalMs);
  return () => clearInterval(timer);
}
