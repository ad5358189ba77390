/** Version of this SDK, which manifests may require a least one of. A test holds it to package.json. */
export const sdkVersion = '0.1.0'

/** Milliseconds between looks for new versions, unless the app says otherwise. */
export const defaultPollInterval = 15 * 60_000

/** How often one call is repeated after its worker died. */
export const maxReplays = 2

/** Largest age of recorded events, in milliseconds: the longest window that a pipeline may declare. */
export const maxEventAge = 366 * 86_400_000

/** After how many recorded events those that are too old are deleted. */
export const eventsPerPruning = 100
