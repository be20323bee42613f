import type { FaultLog } from '../core/fault-log.ts';
import type { LogFields } from '../core/logger.ts';
import type { Tally } from '../core/tally.ts';

/** Called with the field and AWS' text when a value is rejected; the rest of its record still counts. */
export type Reject = (field: string, text: string | undefined) => void;

const LONGEST_TEXT = 80;

/** Counts what is rejected, and says it once per field; the text only where it may be shown. */
export function createReject(
  collector: string,
  deps: { readonly rejected: Tally<'collector' | 'field'>; readonly faults: FaultLog },
  isShown: (field: string) => boolean = () => true,
): Reject {
  return (field, text) => {
    deps.rejected.add({ collector, field });
    const message =
      'A value from AWS was rejected; the rest of its record still counts (said once per field)';
    const shown: LogFields = isShown(field) ? { text: (text ?? 'none').slice(0, LONGEST_TEXT) } : {};
    deps.faults.warnOnce(`rejected ${field}`, message, { field, ...shown });
  };
}
