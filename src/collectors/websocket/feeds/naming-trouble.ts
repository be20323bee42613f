import { noteTrouble } from '../../../aws/errors.ts';

type Call = (...about: never[]) => Promise<unknown>;

/** The same calls, whose errors say whose trouble they are. */
export function namingTrouble<T extends { readonly [K in keyof T]: Call }>(calls: T, where: string): T {
  const named = Object.entries<Call>(calls).map(([name, call]) => {
    const own: Call = (...about) =>
      call(...about).catch((error: unknown) => {
        throw noteTrouble(error, { where });
      });
    return [name, own] as const;
  });
  return Object.fromEntries(named) as T;
}
