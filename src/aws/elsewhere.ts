import type { FinalizeRequestMiddleware, HttpRequest, Pluggable } from '@smithy/types';

/**
 * A plugin for an SDK client: requests go to the host of `url`, below its path, but keep the Host header and the
 * signature of the host that they are for, so that whoever stands there can route them, and AWS accepts them in the end.
 */
export function sendElsewhere<Input extends object, Output extends object>(
  url: string,
): Pluggable<Input, Output> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const prefix = pathname.replace(/\/$/, '');
  const redirect: FinalizeRequestMiddleware<Input, Output> = (next) => (args) => {
    const request = args.request as HttpRequest;
    const elsewhere = { protocol, hostname, port: port === '' ? undefined : Number(port) };
    return next({ ...args, request: { ...request, ...elsewhere, path: `${prefix}${request.path}` } });
  };
  return {
    applyToStack(stack) {
      stack.addRelativeTo(redirect, {
        name: 'sendElsewhere',
        relation: 'after',
        toMiddleware: 'httpSigningMiddleware',
        override: true,
      });
    },
  };
}
