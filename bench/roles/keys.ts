/** Keys that the simulator takes; whose they are does not matter. */
export const KEYS = { AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' };

/** This process signs with them. */
export function useKeys(): void {
  Object.assign(process.env, KEYS);
}
