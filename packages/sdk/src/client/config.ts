/** Version of this SDK, which manifests may require a least one of. A test holds it to package.json. */
export const sdkVersion = '0.1.0'

/** Milliseconds between looks for new versions, unless the app says otherwise. */
export const defaultPollInterval = 15 * 60_000

/** How often a worker may die within the window below before it is not started again for a while. */
export const maxDeaths = 5

/** In milliseconds. */
export const deathWindow = 60_000

/** How often the engine may die under a version that is on trial before the version before it serves again. */
export const maxCrashes = 3

/** Most failures of versions on backends that are remembered of one model: of some ten versions. */
export const maxRejections = 48

/** How often one call is repeated after its worker died. */
export const maxReplays = 2

/** Milliseconds after which a run counts as hung, unless the app says otherwise. */
export const defaultHangLimit = 60_000

/** Longest time that a call is under way, in milliseconds, before the host looks whether its engine hangs. */
export const latePatience = 2_000

/** How often an engine that may hang is asked for a sign of life, in milliseconds. */
export const pulseInterval = 1_000

/** How many times as long as a run loading a version may take. */
export const loadPatience = 3

/** How many times as long as a run an engine may take to start while its worker answers: its files may have to be fetched. */
export const startPatience = 10

/** How often a version may fail on a backend within the window below before the next backend is taken. */
export const maxBackendFaults = 2

/** In milliseconds. */
export const backendFaultWindow = 10 * 60_000

/** How often the loading of a version that nothing serves in the place of is begun anew, after its worker died. */
export const maxReloads = 2

/** Share of the device's memory that graphs and parameters may take, unless the app says otherwise. */
export const memoryShare = 1 / 8

/** The same in bytes, where the browser does not tell how much memory there is. */
export const unknownMemoryBudget = 2 ** 29

/** Milliseconds without a call after which an engine gives back what it does not need, unless the app says otherwise. */
export const defaultIdleLimit = 60_000

/** How often engines are looked at for that, in milliseconds. */
export const memoryInterval = 30_000

/** Bytes of heap that an engine may keep beside its models: its own, and those of tensors. */
export const heapAllowance = 64 * 2 ** 20

/** Bytes of heap that a byte of graph or parameters may take: it is there twice while it is loaded. */
export const heapPerByte = 2

/** How long an engine may take to tell what it holds, in milliseconds, before it counts as busy. */
export const usagePatience = 500

/** Largest age of recorded events, in milliseconds: the longest window that a pipeline may declare. */
export const maxEventAge = 366 * 86_400_000

/** Share of the browser's quota that versions may fill beyond those that are needed, unless the app says otherwise. */
export const budgetShare = 0.1

/** Most bytes of that share. */
export const maxDefaultBudget = 2 ** 30

/** The same in bytes, where the browser tells no quota. */
export const defaultBudget = 2 ** 28

/** From how many bytes on a download is large: the browser is asked first not to evict what is stored. */
export const largeDownload = 4 * 2 ** 20

/** Longest wait for that promise, in milliseconds: the user may have to be asked. */
export const persistPatience = 2_000

/** Up to how many bytes of parameters an engine is started while they are on their way. */
export const maxHeadStart = 32 * 2 ** 20

/** Longest wait for another tab's clean-up before a version is served all the same, in milliseconds. */
export const claimTimeout = 2_000

/** After how many recorded events those that are too old are deleted. */
export const eventsPerPruning = 100

/** Longest wait for the work of a model that closes, in milliseconds; all of it is aborted by then. */
export const closeTimeout = 5_000

/** Longest wait for other tabs to close a model that is forgotten, in milliseconds. */
export const forgetTimeout = 5_000

/** Longest wait for a new token before a model opens with the access that it has, in milliseconds. */
export const renewalPatience = 2_000

/** After how long the deletion of a model whose access has ended is tried again, in milliseconds. */
export const forgetRetry = 60_000

/** How long before a user's access to a private model ends a new token is asked for, in milliseconds: a day. */
export const accessRenewal = 86_400_000

/** Longest wait for the app's remote hook before the answer of the device stands, in milliseconds. */
export const remotePatience = 10_000

/** How often a status tells new counts of guards, in milliseconds. */
export const guardTellInterval = 250

/**
 * Share of the device's memory that the parameters of a model may take, where there are smaller ones: the engine keeps a copy
 * of them, beside what it computes with, the page, and other pages.
 */
export const setMemoryShare = 1 / 16

/** Most calls of one model that wait for their answers, unless the app says otherwise. */
export const maxWaitingCalls = 1024

/** Most calls that `predictAll()` has under way, unless the app says otherwise: two shared runs, one of which is under way. */
export const scoringWindow = 64

/** How long a measured choice of a backend holds, in milliseconds: drivers and browsers change. */
export const choiceLifetime = 30 * 86_400_000

/** By what share another backend must be faster than the one that serves. */
export const choiceMargin = 0.1

/** Up to how many bytes of parameters a version is loaded a second time, to be timed on another backend. */
export const maxRivalBytes = 64 * 2 ** 20

/** The same for the backend cpu, which is fast for the smallest models alone. */
export const maxCpuBytes = 2 ** 18

/** Milliseconds between probes of a backend that serves, while its model is used, unless the app says otherwise. */
export const defaultProbeInterval = 10 * 60_000

/** How long after a look at a busy engine it is looked at again, in milliseconds. */
export const busyPatience = 1_000

/** After how many such looks it is probed between calls. */
export const maxBusyAnswers = 10

/** How many predictions of a model are kept where the app asks for it, unless it says how many. */
export const keptPredictions = 1000
