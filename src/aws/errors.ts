import { toSentence } from '../core/error-text.ts';
import { BY_STATUS, type CallError, RULES, type Rule } from './error-rules.ts';
import { toIamAction } from './iam-action.ts';
import { OF_SECTION } from './remedies.ts';

const UNKNOWN = { error: 'other', remedy: 'if it lasts, report it as a bug, with this line' } as const;

/** The kind of an error thrown by the SDK, or of the error that caused it. */
export function toCallError(error: unknown): CallError {
  return diagnose(error).error;
}

/** One sentence for people: what failed, what AWS said and what to do, or why the signal broke it off; without secrets, of bounded length. */
export function explain(error: unknown, signal?: AbortSignal): string {
  if (signal?.aborted && signal.reason instanceof Error) return signal.reason.message;
  const { origin, action, remedy } = diagnose(error);
  if (isOfFile(origin)) return `${scrub(toSentence(error))}; ${remedy}`;
  const { name, code, message, status } = toFacts(origin);
  const label = [name, code, status === undefined ? undefined : `HTTP ${status}`]
    .filter((part) => part !== undefined && part !== '' && part !== 'Error' && part !== 'Unknown')
    .join(', ');
  const what = `${action === '' ? 'the call' : action} failed${label === '' ? '' : ` (${label})`}`;
  const said = message.replace(/\.+$/, '');
  const { where, hint, section, remedy: better = remedyIn(section, remedy) } = troubleOf(error);
  const begin = where === undefined ? '' : `${where}: `;
  const end = hint === undefined ? '' : `; ${hint}`;
  return `${begin}${what}: ${said === '' ? 'no reason given' : said}; ${better}${end}`;
}

/** A remedy that names keys of the section that asked. */
function remedyIn(section: string | undefined, remedy: string): string {
  return remedy.replaceAll(OF_SECTION, section === undefined ? '' : `${section}.`);
}

/** Remembers of the error which call failed, as the IAM action that allows it, and for which section of the configuration, for `explain`. */
export function noteCall(error: unknown, api: string, operation: string, section?: string): void {
  if (section !== undefined) noteTrouble(error, { section });
  // A call that could not be signed failed before itself: that was noted already.
  if (typeof error === 'object' && error !== null && !ACTIONS.has(error))
    ACTIONS.set(error, toIamAction(api, operation));
}

/** The call to AWS that an error came of, as the IAM action that allows it; undefined where AWS was not asked. */
export function actionOf(error: unknown): string | undefined {
  const { action } = diagnose(error);
  return action.includes(':') ? action : undefined;
}

/** What `explain` shall say of an error besides what it holds itself. */
export interface Trouble {
  /** What was being done, where that is no call. */
  readonly action?: string;
  /** Whose trouble it is; the sentence begins with it. */
  readonly where?: string;
  /** What people can do, where whoever asks knows better than the rules. */
  readonly remedy?: string;
  /** What else people can do; the sentence ends with it. */
  readonly hint?: string;
  /** The section of the configuration that asked. */
  readonly section?: string;
}

/** Remembers these of the error, which it returns; a call that was noted before stays what was being done, and whose trouble it was stands behind whose it is; hints add up. */
export function noteTrouble<E>(error: E, { action, ...trouble }: Trouble): E {
  if (typeof error !== 'object' || error === null) return error;
  if (action !== undefined && !ACTIONS.has(error)) ACTIONS.set(error, action);
  const before = TROUBLES.get(error);
  const where = [trouble.where, before?.where].filter((part) => part !== undefined).join(', ');
  const hint = [before?.hint, trouble.hint].filter((part) => part !== undefined).join('; ');
  TROUBLES.set(error, {
    ...before,
    ...trouble,
    ...(where !== '' && { where }),
    ...(hint !== '' && { hint }),
  });
  return error;
}

const ACTIONS = new WeakMap<object, string>();
const TROUBLES = new WeakMap<object, Trouble>();

/** What was remembered of an error or of the first of its causes. */
function troubleOf(error: unknown): Trouble {
  let at = error;
  for (let depth = 0; depth < 10 && typeof at === 'object' && at !== null; depth += 1) {
    const trouble = TROUBLES.get(at);
    if (trouble) return trouble;
    at = at instanceof Error ? at.cause : undefined;
  }
  return {};
}

interface Diagnosis {
  readonly error: CallError;
  readonly remedy: string;
  /** What was being done, as far as the errors down to that one say; else empty. */
  readonly action: string;
  /** The error in the chain of causes that decided. */
  readonly origin: unknown;
}

function diagnose(error: unknown): Diagnosis {
  let origin = error;
  let action = '';
  for (let depth = 0; depth < 10 && origin !== undefined && origin !== null; depth += 1) {
    const facts = toFacts(origin);
    action = facts.action ?? action;
    const found = toKind(origin, facts);
    if (found) {
      const { error: kind, remedy } = found;
      return { error: kind, action, remedy: typeof remedy === 'string' ? remedy : remedy(action), origin };
    }
    origin = origin instanceof Error ? origin.cause : undefined;
  }
  return { ...UNKNOWN, action, origin: error };
}

/** The rule for an error, by its name, else its code, else the HTTP status. */
function toKind(error: unknown, { name, code, status }: ReturnType<typeof toFacts>) {
  const rule = ruleOf(name) ?? ruleOf(code);
  if (rule) return rule;
  const range = BY_STATUS.find(([from, to]) => status !== undefined && status >= from && status <= to);
  if (range) return { error: range[2], remedy: range[3] };
  return isBroken(error, status) ? ruleOf('BrokenAnswer') : undefined;
}

function ruleOf(name: string): Rule | undefined {
  return RULES.find(({ names }) => names.test(name));
}

/** Whether a file could not be read or written, or is none: whoever tried says in the errors around it what it is for. */
function isOfFile(error: unknown): boolean {
  return error instanceof Error && (('syscall' in error && 'path' in error) || error.name === 'UnfitFile');
}

/**
 * Whether a document could not be read: the SDK marks that of XML by nothing but its text, that of JSON not at all, and one
 * that is nested too deep for its readers by a RangeError.
 */
function isBroken(error: unknown, status: number | undefined): boolean {
  if (error instanceof SyntaxError || error instanceof RangeError) return status !== undefined;
  return error instanceof Error && error.message.startsWith('@aws-sdk XML parse error');
}

function toFacts(error: unknown) {
  const { name, code, message, errors, $metadata } = error as {
    name?: unknown;
    code?: unknown;
    message?: unknown;
    /** Why none of several addresses could be reached; the error around them has no words of its own. */
    errors?: readonly unknown[];
    $metadata?: { httpStatusCode?: number };
  };
  const [first] = Array.isArray(errors) ? errors : [];
  const words = message === '' && first instanceof Error ? first.message : message;
  const text = scrub(typeof words === 'string' ? words : String(error));
  const noted = typeof error === 'object' && error !== null ? ACTIONS.get(error) : undefined;
  // The SDK gives a reset the name of a timeout.
  const isReset = code === 'ECONNRESET' || code === 'EPIPE';
  return {
    name: isReset && name === 'TimeoutError' ? '' : toName(name),
    code: toName(code),
    message: text,
    status: $metadata?.httpStatusCode,
    action: toAction(text.match(/perform:? ([\w-]+:\w+)/)?.[1], noted),
  };
}

/** AWS' own word first, for a call can fail on an action that it needs besides its own; but SQS writes that of the call in small letters. */
function toAction(said: string | undefined, noted: string | undefined): string | undefined {
  return said === undefined || said.toLowerCase() === noted?.toLowerCase() ? noted : said;
}

/** What answers may give any length to names and messages; patterns are matched against no more than this. */
const LONGEST_NAME = 100;
const LONGEST_READ = 2_000;
export const LONGEST_MESSAGE = 300;

function toName(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value.length > LONGEST_NAME ? `${value.slice(0, LONGEST_NAME)}…` : value;
}

function scrub(message: string): string {
  // Without the word that the end falls into: it may be the beginning of a secret.
  const read = message.length > LONGEST_READ ? message.slice(0, LONGEST_READ).replace(/\S*$/, '…') : message;
  const line = read
    .replace(/\s*Encoded authorization failure message:.*$/s, '')
    .replace(/\n.*$/s, '')
    .replace(/\b(A[KS]IA|AROA|AIDA)[A-Z0-9]{8,}\b/g, '[key]')
    .replace(
      /\b(Authorization|Credential|Signature|[\w-]*(?:Token|Secret|Password)[\w-]*)(\s*[=:]\s*)[^;]*/gi,
      '$1$2[secret]',
    )
    .replace(/(@connections\/)(?!\{connectionId\}|\*)[^\s"',;]+/g, '$1[id]')
    .replace(/[A-Za-z0-9+/=_%-]{60,}/g, '[…]')
    .trim();
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}
