import { parser } from '@prometheus-io/lezer-promql';

/** One vector selector of a query. */
export interface Selector {
  readonly metric: string;
  /** Its matchers, such as `job=~"$job"`, by label. */
  readonly matchers: ReadonlyMap<string, string>;
  /** The functions and aggregations around it, the innermost first; a range is `[5m]`. */
  readonly within: readonly string[];
}

/** What a query names. */
export interface Query {
  readonly selectors: readonly Selector[];
  /** Every label that it matches, groups by, joins on or writes. */
  readonly labels: ReadonlySet<string>;
}

const WRITERS = new Set(['label_replace', 'label_join', 'count_values']);

/** Reads PromQL with Prometheus' own grammar for editors; throws at what is none. Variables must have been put in before. */
export function toQuery(text: string): Query {
  const selectors: Selector[] = [];
  const labels = new Set<string>();
  const around: string[] = [];
  parser.parse(text).iterate({
    enter({ name, node, from, to, type }) {
      const slice = text.slice(from, to);
      if (type.isError) throw new Error(`not PromQL at ${from}: ${text}`);
      if (name === 'FunctionCall' || name === 'AggregateExpr') around.push(/^\w+/.exec(slice)?.[0] ?? '');
      if (name === 'MatrixSelector') around.push(/\[[^\]]*\]$/.exec(slice)?.[0] ?? '');
      if (name === 'SubqueryExpr') around.push(/\[[^[]*$/.exec(slice)?.[0] ?? '');
      if (name === 'LabelName') labels.add(slice);
      if (name === 'StringLiteral' && WRITERS.has(around.at(-1) ?? '')) {
        const unquoted = slice.slice(1, -1);
        if (/^[a-z_]\w*$/i.test(unquoted)) labels.add(unquoted);
      }
      if (name !== 'VectorSelector') return;
      const matchers = new Map<string, string>();
      node.toTree().iterate({
        enter(inner) {
          if (inner.name !== 'UnquotedLabelMatcher' && inner.name !== 'LabelMatcher') return;
          const matcher = slice.slice(inner.from, inner.to);
          matchers.set(/^\w+/.exec(matcher)?.[0] ?? '', matcher);
        },
      });
      const metric = /^[a-zA-Z_:][\w:]*/.exec(slice)?.[0] ?? '';
      selectors.push({ metric, matchers, within: [...around].reverse() });
    },
    leave({ name }) {
      if (['FunctionCall', 'AggregateExpr', 'MatrixSelector', 'SubqueryExpr'].includes(name)) around.pop();
    },
  });
  if (text.trim() === '') throw new Error('an empty query');
  return { selectors, labels };
}
