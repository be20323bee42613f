declare module '*.md' {
  /** The first heading of the page, as text. */
  export const title: string;
  /** What comes beneath it, rendered. */
  export const html: string;
}

declare module '*.yml' {
  /** The file as it is. */
  export const text: string;
}
