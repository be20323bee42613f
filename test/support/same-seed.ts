import fc from 'fast-check';

// What CI says of a commit depends on the commit alone: properties try the same values there each time, and new ones elsewhere.
if (process.env.CI) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20261127 });
