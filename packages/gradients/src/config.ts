/** Oldest operator set whose forms the written nodes have: ReduceSum with axes as input, Softmax along one axis. */
export const oldestOpset = 13
