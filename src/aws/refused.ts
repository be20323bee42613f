import type { InitializeMiddleware, Pluggable } from '@smithy/types';

/** What AWS calls credentials that expired, were deleted or never were. */
const REFUSED =
  /^(Expired\w*|RequestExpired|InvalidClientTokenId|UnrecognizedClient(Exception)?|AuthFailure|InvalidAccessKeyId)$/;

/** A plugin for an SDK client: a call whose credentials AWS refuses is made once more if `replace` brings others. */
export function renewWhenRefused<Input extends object, Output extends object>(
  replace: () => Promise<boolean>,
): Pluggable<Input, Output> {
  const again: InitializeMiddleware<Input, Output> = (next) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      const isRefused = error instanceof Error && '$fault' in error && REFUSED.test(error.name);
      // Why there are no others is told by whoever asks for credentials next.
      if (!isRefused || !(await replace().catch(() => false))) throw error;
      return next(args);
    }
  };
  return {
    applyToStack(stack) {
      stack.add(again, { name: 'renewWhenRefused', step: 'initialize', override: true });
    },
  };
}
