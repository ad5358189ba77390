export { unzstd } from './codecs/unzstd.ts'
