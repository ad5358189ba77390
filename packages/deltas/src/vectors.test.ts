import { checkVectors } from '../test/check-vectors.ts'

checkVectors()
