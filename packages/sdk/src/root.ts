/** Set by the Vite plugin: the file that its option `root` names. */
declare const __HOMING_ROOT__: string | undefined

/** The trusted root that the Vite plugin embedded, for `createClient`; empty where its option `root` is not set. */
export const root: string = typeof __HOMING_ROOT__ === 'string' ? __HOMING_ROOT__ : ''
