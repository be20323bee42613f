import type { Sample } from '../core/family.ts';
import { toLabel } from './short-labels.ts';

type Labels = Readonly<Record<string, string>>;

/** What cannot stand in a label's value as it is. */
const ODD = /[\\\n"]/;

/** Makes what writes the samples of a family, each as a line that is alike in every form; `onCut` hears of a label with a value that is too long. */
export function createWriter(name: string, onCut: (label: string) => void): (sample: Sample) => string {
  let scope: Labels | undefined;
  let scopeText = '';
  return (sample) => {
    if (sample.scope !== scope) {
      scope = sample.scope;
      scopeText = write(scope ?? {}, '', onCut);
    }
    const labels = write(sample.labels, scopeText, onCut);
    return `${name}${sample.suffix ?? ''}${labels && `{${labels}}`} ${toNumber(sample.value)}\n`;
  };
}

function write(labels: Labels, before: string, onCut: (label: string) => void): string {
  let text = before;
  for (const label in labels) {
    const value = `${labels[label]}`;
    const short = toLabel(value);
    if (short !== value) onCut(label);
    text += `${text && ','}${label}="${ODD.test(short) ? escaped(short) : short}"`;
  }
  return text;
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}

function toNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : `${value}`;
}
