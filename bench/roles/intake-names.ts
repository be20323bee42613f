/** The API whose connections are told of. */
export const API = 'a1b2c3d4e5';
/** What events carry. */
export const TOKEN = 'bench';
