/** The domain's name: its folder and its `collector` label; metric names and its configuration key have `_` instead. */
export const NAME = 'site-to-site-vpn';
