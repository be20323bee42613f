import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';

/** Where the keys and items of a YAML document stand; made in one walk, so that asking is cheap however long the document is. */
export interface Outline {
  /** Keys that their mapping has already. */
  readonly repeated: readonly Scalar[];
  readonly aliases: number;
  /** Aliases that stand for nothing: without an anchor before them, or inside their own. */
  readonly pointless: readonly { readonly alias: Alias; readonly isInside: boolean }[];
  /** What stands at these keys and indexes, or at the nearest of them that is there; undefined in an empty document. */
  at(path: readonly PropertyKey[]): Node | undefined;
}

/** Walks a document that is not nested deeper than recursion can follow. */
export function toOutline(root: unknown): Outline {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node | undefined>();
  const mappings = new Map<unknown, ReadonlyMap<PropertyKey, Pair>>();
  const repeated: Scalar[] = [];
  const pointless: { alias: Alias; isInside: boolean }[] = [];
  /** What is being walked: all that stands around where the walk is. */
  const around = new Set<Node>();

  const walk = (node: unknown): void => {
    if (isAlias(node)) {
      const named = anchors.get(node.source);
      targets.set(node, named);
      if (!named || around.has(named)) pointless.push({ alias: node, isInside: named !== undefined });
      return;
    }
    if (!isNode(node)) return;
    if ('anchor' in node && node.anchor !== undefined) anchors.set(node.anchor, node);
    around.add(node);
    if (isSeq(node)) node.items.forEach(walk);
    if (isMap(node)) mappings.set(node, walkPairs(node.items));
    around.delete(node);
  };

  const walkPairs = (pairs: readonly Pair[]): ReadonlyMap<PropertyKey, Pair> => {
    const known = new Map<PropertyKey, Pair>();
    for (const pair of pairs) {
      walk(pair.key);
      walk(pair.value);
      // `<<`, which may stand twice, is read as a symbol.
      if (!isScalar(pair.key) || typeof pair.key.value === 'symbol') continue;
      const name = String(pair.key.value);
      if (known.has(name)) repeated.push(pair.key);
      known.set(name, pair);
    }
    return known;
  };

  walk(root);
  const target = (node: unknown): unknown => (isAlias(node) ? target(targets.get(node)) : node);
  return {
    repeated,
    aliases: targets.size,
    pointless,
    at(path) {
      let nearest = isNode(root) ? root : undefined;
      let node: unknown = root;
      for (const key of path) {
        const holder = target(node);
        const pair = mappings.get(holder)?.get(key);
        const next = isSeq(holder) ? holder.items[Number(key)] : pair?.key;
        if (!isNode(next)) break;
        nearest = next;
        node = pair ? pair.value : next;
      }
      return nearest;
    },
  };
}
