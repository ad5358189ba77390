/** Longest time that facts wait on the page, in milliseconds: with that of a save, what a kill may cost stays below a second. */
export const tellInterval = 400

/** How many facts are told at once, whatever the time. */
export const maxUntold = 256
