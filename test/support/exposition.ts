/** One line of an exposition that is not a comment, its label values as they were before they were escaped. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An exposition in text format 0.0.4, read without any code of the exporter. */
export interface Exposition {
  readonly text: string;
  readonly series: readonly Series[];
  /** The series of this name that carry all these labels. */
  all(name: string, labels?: Readonly<Record<string, string>>): readonly Series[];
  /** The value of the only such series, undefined when there is none; throws when there are several. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** The values of such series by one of their labels. */
  by(label: string, name: string, labels?: Readonly<Record<string, string>>): Record<string, number>;
}

/** Reads an exposition; throws at a line that is not of the format, and at two series that are one. */
export function toExposition(text: string): Exposition {
  const lines = text.split('\n').filter((line) => line !== '' && !/^# (HELP|TYPE) /.test(line));
  const series = lines.map(toSeries);
  const keys = series.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
  const doubled = keys.find((key, index) => keys.indexOf(key) !== index);
  if (doubled !== undefined) throw new Error(`two series are one: ${doubled}`);

  const all: Exposition['all'] = (name, labels = {}) =>
    series.filter(
      (one) => one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
    );
  return {
    text,
    series,
    all,
    value(name, labels) {
      const [first, second] = all(name, labels);
      if (second) throw new Error(`several series are ${name} with ${JSON.stringify(labels)}`);
      return first?.value;
    },
    by: (label, name, labels) =>
      Object.fromEntries(all(name, labels).map((one) => [one.labels[label] ?? '', one.value])),
  };
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const VALUES: Readonly<Record<string, number>> = {
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

function toSeries(line: string): Series {
  const [, name, labels = '', number = ''] = LINE.exec(line) ?? [];
  const value = VALUES[number] ?? Number(number);
  if (name === undefined || (Number.isNaN(value) && number !== 'NaN')) {
    throw new Error(`not a line of an exposition: ${JSON.stringify(line)}`);
  }
  const pairs = [...labels.matchAll(LABEL)].map(([, key = '', text = '']) => [key, unescaped(text)]);
  return { name, labels: Object.fromEntries(pairs), value };
}

function unescaped(text: string): string {
  return text.replace(/\\([\\"n])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}
