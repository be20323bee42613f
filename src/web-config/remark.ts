/** Something about a key of the file: what is wrong there, or dangerous. */
export interface Remark {
  readonly keys: readonly PropertyKey[];
  readonly message: string;
}
