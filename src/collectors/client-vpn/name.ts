/** The domain's name: its folder, its `collector` label, the folder of its files; metric names and its configuration key have `_` instead. */
export const NAME = 'client-vpn';
/** The domain as people call it. */
export const TITLE = 'Client VPN';
