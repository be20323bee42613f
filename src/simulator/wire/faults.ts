/** Errors that the service itself answers, with its own code and status. */
export type RefusalFault =
  | 'throttled'
  | 'internal-error'
  | 'denied'
  | 'auth-failure'
  | 'expired'
  | 'expired-token'
  | 'not-found'
  | 'conflict';

/** Well-formed answers with status 200 that are wrong (`empty-pages` is allowed, but rare). */
export type PageFault = 'missing-connections' | 'repeating-token' | 'empty-pages';

/** Answers that break on their way; `slow` comes whole, after so many milliseconds. */
export type WireFault =
  | 'html-503'
  | 'truncated-xml'
  | 'reset-mid-body'
  | 'stall-mid-body'
  | 'hang'
  | 'empty-200'
  | { readonly slow: number };

export type Fault = RefusalFault | PageFault | WireFault;

/** The calls that are meant; a part that is not named means any. */
export interface Where {
  readonly action?: string;
  readonly region?: string;
  readonly accountId?: string;
  /** The API, the custom domain, the log group or the queue that is asked about, by its name. */
  readonly item?: string;
}

/** A call, as far as faults tell calls apart. */
type Asked = Omit<Required<Where>, 'item'> & { readonly item: string | undefined };

const pageFaults: ReadonlySet<Fault> = new Set<PageFault>([
  'missing-connections',
  'repeating-token',
  'empty-pages',
]);
const refusalFaults: ReadonlySet<Fault> = new Set<RefusalFault>([
  'throttled',
  'internal-error',
  'denied',
  'auth-failure',
  'expired',
  'expired-token',
  'not-found',
  'conflict',
]);

export function isPageFault(fault: Fault): fault is PageFault {
  return pageFaults.has(fault);
}

export function isRefusalFault(fault: Fault): fault is RefusalFault {
  return refusalFaults.has(fault);
}

/** What is to go wrong: faults that wear off after a number of calls, and permissions that are missing until given back. */
export class Faults {
  #planned: { left: number; readonly fault: Fault; readonly where: Where }[] = [];
  readonly #denied = new Set<Where>();

  failNext(calls: number, fault: Fault, where: Where = {}): void {
    this.#planned.push({ left: calls, fault, where });
  }

  /** Denies calls until the returned function is called. */
  deny(where: Where): () => void {
    const denial = { ...where };
    this.#denied.add(denial);
    return () => void this.#denied.delete(denial);
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault of this call, if one is planned; it is used up by asking. Of several, the one planned first. */
  take(call: Asked): Fault | undefined {
    const planned = this.#planned.find(({ left, where }) => left > 0 && matches(call, where));
    if (!planned) return undefined;
    planned.left--;
    return planned.fault;
  }

  denies(call: Asked): boolean {
    return [...this.#denied].some((where) => matches(call, where));
  }
}

function matches(call: Asked, { action, region, accountId, item }: Where): boolean {
  return (
    (action === undefined || action === call.action) &&
    (region === undefined || region === call.region) &&
    (accountId === undefined || accountId === call.accountId) &&
    (item === undefined || item === call.item)
  );
}
