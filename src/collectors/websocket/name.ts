/** The domain's name: its folder, its `collector` label, the folder of its files, its configuration key and metric prefix. */
export const NAME = 'websocket';
/** The domain as people call it. */
export const TITLE = 'WebSocket';
