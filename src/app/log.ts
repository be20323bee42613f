import pino from 'pino';
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

/** A log of one line per event: time, level, message, then the fields; an Error is shown with all its causes. */
export function createLogger({ level, format, stream, clock = systemClock }: LogOptions): Logger {
  const out = stream ?? stderrOutput();
  const lines = { write: (line: string) => out.write(format === 'json' ? line : toLogfmt(line)) };
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    lines,
  );
  out.onRoom?.((dropped) =>
    log.warn({ lines: dropped }, 'Log lines were dropped: they could not be written'),
  );
  return withFields(log, {});
}

function withFields(log: pino.Logger, common: LogFields): Logger {
  const plain = (fields: LogFields | undefined) =>
    Object.fromEntries(Object.entries({ ...common, ...fields }).map(([key, value]) => [key, toPlain(value)]));
  return {
    debug: (message, fields) => log.debug(plain(fields), message),
    info: (message, fields) => log.info(plain(fields), message),
    warn: (message, fields) => log.warn(plain(fields), message),
    error: (message, fields) => log.error(plain(fields), message),
    child: (fields) => withFields(log, { ...common, ...fields }),
  };
}

/** The longest text of a field, in UTF-16 units; what is longer is cut. */
export const LONGEST_FIELD = 16_384;

/** What JSON cannot say becomes text. */
function toPlain(value: unknown): unknown {
  if (value instanceof Error) return toSentence(value);
  if (typeof value === 'string' && value.length > LONGEST_FIELD)
    return `${value.slice(0, LONGEST_FIELD).toWellFormed()}…`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}

function toLogfmt(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const pairs = Object.entries({ time, level, msg, ...fields });
  return `${pairs.map(([key, value]) => `${key}=${quoted(value)}`).join(' ')}\n`;
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
