/** The samples of an exposition by their series, as written. */
export type Series = ReadonlyMap<string, number>;

/** Reads an exposition in text format; throws for a line that is none. */
export function toSeries(exposition: string): Series {
  const series = new Map<string, number>();
  for (const line of exposition.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value] = /^([a-zA-Z_:][\w:]*(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    if (name === undefined || series.has(name)) throw new Error(`no sample, or a second one: ${line}`);
    series.set(name, Number(value));
  }
  return series;
}

/** The sum of a metric over every series that carries these labels; undefined when there is none. */
export function total(
  series: Series,
  metric: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const found = [...series].filter(
    ([key]) => key.replace(/\{.*/, '') === metric && wanted.every((pair) => key.includes(pair)),
  );
  return found.length === 0 ? undefined : found.reduce((sum, [, value]) => sum + value, 0);
}
