import type { TargetStatus } from '../../core/collector.ts';
import { endpointAnchor, targetAnchor } from './anchor.ts';
import { toEndpointState } from './endpoint-state.ts';
import type { CollectorView, StatusModel } from './model.ts';
import { placeText } from './place.ts';

/** Something that is wrong. */
export interface Problem {
  readonly of: 'exporter' | 'collector' | 'target' | 'endpoint';
  /** Who has it; empty for the exporter itself. */
  readonly who: string;
  /** The id of what tells more, further down the page; undefined when nothing does. */
  readonly anchor: string | undefined;
  /** What is wrong and what to do, in a sentence. */
  readonly sentence: string;
}

/** Everything that is wrong, each once: at the endpoint where it is one's, else at the target, else at the collector. */
export function problemsOf({ problems, collectors }: StatusModel): readonly Problem[] {
  const own = problems.map((sentence) => ({ of: 'exporter', who: '', anchor: undefined, sentence }) as const);
  return [...own, ...collectors.flatMap(ofCollector)];
}

function ofCollector(view: CollectorView): readonly Problem[] {
  const { collector, title, last, targets, isOverdue, intervalMs } = view;
  const own = (sentence: string) => ({ of: 'collector', who: title, anchor: collector, sentence }) as const;
  const overdue = isOverdue
    ? [
        own(
          `No pass has begun for more than two intervals of ${intervalMs / 1_000} s: what is shown grows old. Restart the exporter, unless the log says what else to do.`,
        ),
      ]
    : [];
  const inside = targets.flatMap((target, index) => ofTarget(collector, target, index));
  if (inside.length > 0 || !last || last.success) return [...overdue, ...inside];
  return [...overdue, own(`The last pass failed: ${last.error ?? 'the log says why'}`)];
}

function ofTarget(collector: string, target: TargetStatus, index: number): readonly Problem[] {
  const endpoints = target.endpoints.flatMap((endpoint, place): readonly Problem[] => {
    const { problem: sentence } = toEndpointState(endpoint);
    // Names are given by people, and often given twice.
    const who = endpoint.name ? `${endpoint.name} (${endpoint.endpointId})` : endpoint.endpointId;
    const anchor = endpointAnchor(collector, index, place);
    return sentence === undefined ? [] : [{ of: 'endpoint', who, anchor, sentence }];
  });
  if (target.error === undefined) return endpoints;
  const who = target.name ?? placeText(target);
  const anchor = targetAnchor(collector, index);
  return [{ of: 'target', who, anchor, sentence: target.error }, ...endpoints];
}
