/** The first so many characters of a text, none of them halved, and `…` in place of the last one where there are more. */
export function cut(text: string, characters: number): string {
  // Characters are one or two units: most texts are done with this.
  if (text.length <= characters) return text;
  const first = [...text.slice(0, 2 * characters + 1)];
  return first.length <= characters ? text : `${first.slice(0, characters - 1).join('')}…`;
}
