/** Version of what devices send home. A changed batch raises it, apart from `protocolVersion`: devices update when they can. */
export const telemetryProtocol = 1

/** How many versions before the present one the server still reads. */
export const olderProtocolsRead = 2

/** Most groups of a batch. */
export const maxGroups = 64

/** Most bytes of a batch as JSON, before gzip, that a device makes where it has a choice. */
export const targetBatchBytes = 48 * 1024

/** Most bytes of a batch as JSON, before gzip, that the server reads. */
export const maxBatchBytes = 512 * 1024

/** Random bytes of a batch's id. It serves to count a batch once, and names nothing else. */
export const batchIdBytes = 16

/** Most of any one thing that a group counts: an hour on one device. */
export const maxCount = 10_000_000

/** Most that privacy's noise may take a count below zero. */
export const maxNoise = 10_000

/** Most of the entries of an open list within a group: error codes, guards, goals. */
export const maxEntries = 64

/** Most features of a group, before and after the pipeline each. */
export const maxFeatures = 256

/** Most outputs of a group, and most feedback. */
export const maxOutputs = 32

/** Most slices by which an app divides a model's figures, and most values of each. */
export const maxSlices = 3
export const maxSliceValues = 32

/** Most characters of a slice's name or value, a goal or a guard. */
export const maxSliceLength = 64

/** Most characters of a label, category, feature or output in a batch. */
export const maxLabelLength = 128

/** Most features whose correlations are measured. */
export const maxCorrelated = 16

/** Most positions of a ranking whose exposure is kept. */
export const maxPositions = 64

/** Most events of a batch, most fields of an event, and most hours that one is kept. */
export const maxEvents = 200
export const maxEventFields = 64
export const maxEventHours = 24 * 90

/** Most seconds between a prediction and what makes a missing answer a negative one: 90 days. */
export const maxFeedbackWindow = 90 * 86_400

/** Most edges of a declared histogram. */
export const maxEdges = 256

/** Most categories that a feature or output declares for telemetry. */
export const maxCategories = 1024

/** Most dimensions to which an embedding is projected. */
export const maxProjections = 32

/** Most milliseconds, bytes or other figures: what no device can honestly exceed. */
export const maxFigure = 2 ** 53 - 1

/** Most bytes of the baseline of a version: a server reads it in one piece. */
export const maxBaselineBytes = 4 * 1024 * 1024
