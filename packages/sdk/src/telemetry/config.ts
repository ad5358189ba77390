/** Fewest values whose sum or sketch is sent: of one value, the mean is the value. */
export const leastValuesTold = 10
