import { type Tag, toTag, type XmlReader } from '../xml-reader.ts';
import { type ConnectionRows, FIELDS, PLACE, POSTURES } from './rows.ts';
import { type Found, LIST, STRANGE } from './shapes.ts';

interface Leaf {
  readonly tag: Tag;
  readonly place: number;
}

const ITEM = toTag('item');
const STATUS = toTag('status');
const POSTURE_SET = toTag('postureComplianceStatusSet');
const STATUS_PLACES: readonly number[] = [PLACE.code, PLACE.message];
const all = FIELDS.map((field, place): Leaf => ({ tag: toTag(field), place }));
const LEAVES = all.filter(({ place }) => !STATUS_PLACES.includes(place));
const STATUS_LEAVES = all.filter(({ place }) => STATUS_PLACES.includes(place));

/** Reads the row on whose start tag the reader stands, with all care, and keeps it; what was found, unless a text is not plain. */
export function readRow(xml: XmlReader, rows: ConnectionRows): readonly Found[] | undefined {
  const found: Found[] = [];
  let isPlain = true;
  const note = (place: number, isEmpty: boolean) =>
    found.push({ place, from: xml.from, to: xml.to, isEmpty });
  /** The text where it is not plain. */
  const leaf = (place: number): string | undefined => {
    const { isEmpty } = xml;
    if (xml.plain()) {
      note(place, isEmpty);
      return undefined;
    }
    // What is no field is markup as a whole where it is no plain text.
    if (place === STRANGE) return void xml.skip();
    isPlain = false;
    return xml.mixed();
  };
  const field = (leaves: readonly Leaf[]) => {
    const place = leaves.find(({ tag }) => xml.isNamed(tag))?.place;
    const text = leaf(place ?? STRANGE);
    if (place === undefined) return;
    if (text === undefined) rows.put(place, xml.from, xml.to);
    else rows.putText(place, text);
  };
  const posture = () => {
    if (!xml.isNamed(ITEM)) return void leaf(STRANGE);
    const text = leaf(POSTURES);
    if (text === undefined) rows.putPosture(xml.from, xml.to);
    else rows.putPostureText(text);
  };
  rows.begin();
  xml.children(() => {
    if (xml.isNamed(STATUS)) xml.children(() => field(STATUS_LEAVES));
    else if (!xml.isNamed(POSTURE_SET)) field(LEAVES);
    else {
      rows.beginPostures();
      xml.here();
      note(LIST, true);
      xml.children(posture);
    }
  });
  rows.keep();
  return isPlain ? found : undefined;
}
