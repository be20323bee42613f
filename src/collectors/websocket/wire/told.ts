import { actionOf, explain, noteTrouble, toCallError } from '../../../aws/errors.ts';

const CONFLICT = 'somebody else changes the API at the same moment: run it again';
const FULL =
  'the account has as many of these as it may: take one that is there (--log-group), or ask AWS for more';
const THROTTLED =
  'the limit (for API Gateway 10 requests a second) is one of the whole account and region: run it again in a minute';

/** One sentence for people on why AWS was not asked, or did not do what it was asked, and what to do. */
export function tell(error: unknown, signal?: AbortSignal): string {
  const action = actionOf(error);
  const remedy = action === undefined ? undefined : remedyOf(error, action);
  return explain(remedy === undefined ? error : noteTrouble(error, { remedy }), signal);
}

function remedyOf(error: unknown, action: string): string | undefined {
  if (error instanceof Error && error.name === 'ConflictException') return CONFLICT;
  if (error instanceof Error && error.name === 'LimitExceededException') return FULL;
  if (!/^(apigateway|logs):/.test(action)) return undefined;
  switch (toCallError(error)) {
    case 'denied':
      return `allow ${action} to whoever wires; \`describe iam-policy --for=wire\` prints the policy that is needed`;
    case 'throttled':
      return THROTTLED;
    case 'not_found':
      return 'it was deleted meanwhile, or is of another account or region';
    case 'invalid':
      return 'AWS does not take it as it is, for the reason that it gives';
    default:
      return undefined;
  }
}
