import { type Clock, systemClock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import type { LogFields, Logger } from '../core/logger.ts';
import { type LogOutput, stderrOutput } from './log-output.ts';

/** How much is logged, and how a line looks. */
export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'logfmt' | 'json';
  /** Takes whole lines; by default stderr. */
  readonly stream?: { write(line: string): unknown } & Partial<Pick<LogOutput, 'onRoom'>>;
  readonly clock?: Clock;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** A log of one line per event: time, level, message, then the fields; an Error is shown with all its causes. */
export function createLogger({ level, format, stream, clock = systemClock }: LogOptions): Logger {
  const out = stream ?? stderrOutput();
  const toLine = format === 'json' ? toJson : toLogfmt;
  const least = LEVELS.indexOf(level);
  const write = (of: Level, msg: string, fields: LogFields) => {
    if (LEVELS.indexOf(of) < least) return;
    const time = new Date(clock.now()).toISOString();
    out.write(`${toLine({ level: of.toUpperCase(), time }, plain(fields), msg)}\n`);
  };
  out.onRoom?.((lines) => write('warn', 'Log lines were dropped: they could not be written', { lines }));
  return withFields(write, {});
}

function withFields(
  write: (level: Level, msg: string, fields: LogFields) => void,
  common: LogFields,
): Logger {
  const at = (level: Level) => (msg: string, fields?: LogFields) =>
    write(level, msg, { ...common, ...fields });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => withFields(write, { ...common, ...fields }),
  };
}

function plain(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, toPlain(value)]])),
  );
}

/** The longest text of a field, in UTF-16 units; what is longer is cut. */
export const LONGEST_FIELD = 16_384;

/** What JSON cannot say becomes text. */
function toPlain(value: unknown): unknown {
  if (value instanceof Error) return toSentence(value);
  if (typeof value === 'string' && value.length > LONGEST_FIELD)
    return `${value.slice(0, LONGEST_FIELD).toWellFormed()}…`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return isJson(value) ? value : String(value);
}

/** False of a bigint, of what holds itself, and the like. */
function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

interface Head {
  readonly level: string;
  readonly time: string;
}

function toJson(head: Head, fields: LogFields, msg: string): string {
  return JSON.stringify({ ...head, ...fields, msg });
}

function toLogfmt({ time, level }: Head, fields: LogFields, msg: string): string {
  const pairs = Object.entries({ time, level, msg, ...fields });
  return pairs.map(([key, value]) => `${key}=${quoted(value)}`).join(' ');
}

function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text !== '' && !/[\s"=\p{C}\p{Z}]/u.test(text)) return text;
  return `"${text.replace(/["\\\p{C}\p{Zl}\p{Zp}]/gu, escaped)}"`;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** As JSON escapes, which every reader of logfmt knows. */
function escaped(character: string): string {
  const unit = (code: string) => `\\u${code.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return SHORT[character] ?? character.split('').map(unit).join('');
}
