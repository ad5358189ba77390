/** How many predictions a version must answer after it was loaded before it counts as proven. */
export const firstPredictions = 10
