/** Least number of categories that a merged summary keeps by name. */
export const categoryLimit = 64
