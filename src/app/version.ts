declare const __VERSION__: string;
declare const __REVISION__: string;

/** The version in package.json, put in by the build; `0.0.0-dev` in code that was not built. */
export const version = typeof __VERSION__ === 'undefined' ? '0.0.0-dev' : __VERSION__;

/** The git revision that was built; `unknown` outside a checkout, and in code that was not built. */
export const revision = typeof __REVISION__ === 'undefined' ? 'unknown' : __REVISION__;
