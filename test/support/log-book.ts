import type { LogFields, Logger } from '../../src/core/logger.ts';

/** A logger that keeps its lines, as `level message {fields}`. */
export function createLogBook(fields: LogFields = {}, lines: string[] = []): Logger & { lines: string[] } {
  const at =
    (level: string) =>
    (message: string, more: LogFields = {}) => {
      lines.push(`${level} ${message} ${JSON.stringify({ ...fields, ...more }, withErrors)}`);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => createLogBook({ ...fields, ...more }, lines),
    lines,
  };
}

function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.message}: ${(value.cause as Error | undefined)?.message}` : value;
}
