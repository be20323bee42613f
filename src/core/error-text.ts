/** A library can put all that it read into a message; a sentence is for people. */
export const LONGEST_SENTENCE = 2_000;
/** Deeper chains are cut off: nobody reads them, and a cause can lead back to itself. */
const MAX_DEPTH = 8;

/** The messages of the errors and of their causes, joined by colons; what was said already is not said again, and what is past 2,000 letters is cut. */
export function toSentence(...errors: readonly unknown[]): string {
  let sentence = '';
  for (const error of errors) {
    for (const message of messages(error)) {
      if (!sentence.includes(message)) sentence += sentence ? `: ${message}` : message;
    }
  }
  if (sentence.length > LONGEST_SENTENCE) return `${sentence.slice(0, LONGEST_SENTENCE).toWellFormed()}…`;
  return sentence || 'unknown error';
}

function* messages(error: unknown, depth = 0): Iterable<string> {
  if (error === undefined || depth === MAX_DEPTH) return;
  if (!(error instanceof Error)) return yield String(error);
  if (error.message || !(error instanceof AggregateError)) yield error.message || error.name;
  if (error instanceof AggregateError) {
    for (const each of error.errors) yield* messages(each, depth + 1);
  }
  yield* messages(error.cause, depth + 1);
}
