/** Oldest operator set with all that gradients are written in (ScatterElements that adds); older models are upgraded. */
export const oldestOpset = 16

/** Fewest channels with which patches of an image are copied in runs long enough to be worth it. */
export const leastChannelsOfPatches = 4

/** Most numbers that the patches of one convolution may hold: 64 MiB of float32. */
export const mostNumbersOfPatches = 2 ** 24
