/** The id of a target's heading on the status page; its place counts from 0. */
export function targetAnchor(collector: string, target: number): string {
  return `${collector}-${target + 1}`;
}

/** The id of an endpoint's row there. */
export function endpointAnchor(collector: string, target: number, endpoint: number): string {
  return `${targetAnchor(collector, target)}-${endpoint + 1}`;
}
