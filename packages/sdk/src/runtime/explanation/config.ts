/** Points on the way from baseline to input, unless the caller says otherwise. */
export const defaultSteps = 64

/** Orders of the features, unless the caller says otherwise. */
export const defaultSamples = 128

/** Most points or orders: more than that is a mistake, and would keep the worker busy for minutes. */
export const mostSamples = 65_536

/** Rows that a model predicts at once for Shapley values, and most elements of all of them. */
export const rowsAtOnce = 256
export const elementsAtOnce = 2 ** 20

/** Points whose gradients an engine computes at once that differentiates by itself. */
export const pointsAtOnce = 16
