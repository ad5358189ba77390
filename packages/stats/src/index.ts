export { type Moments, addMoment, emptyMoments, mergeMoments, varianceOf } from './moments.ts'
