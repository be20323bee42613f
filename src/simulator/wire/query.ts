import type { Call, WireRequest } from './service.ts';

/** Reads a request of the Query protocols: parameters from the form in the body, or else from the address. */
export function readQuery({ url, body }: WireRequest): Pick<Call, 'action' | 'params'> {
  const params = Object.fromEntries([...url.searchParams, ...new URLSearchParams(body)]);
  return { action: params.Action ?? '', params };
}

/** The values of `Name.1`, `Name.2` …, in the order of their numbers. */
export function listParam(params: Call['params'], name: string): string[] {
  return Object.keys(params)
    .filter((key) => key.startsWith(`${name}.`) && /^\d+$/.test(key.slice(name.length + 1)))
    .sort((a, b) => Number(a.slice(name.length + 1)) - Number(b.slice(name.length + 1)))
    .map((key) => params[key] ?? '');
}
