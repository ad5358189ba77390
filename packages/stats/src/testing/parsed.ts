import { parseWith } from '@homing/protocol'

/** What a reader of the wire makes of `value`. @throws HomingError DATA_INVALID where the protocol does not take it. */
export const parsed = <S extends Parameters<typeof parseWith>[0]>(
  schema: S,
  value: unknown,
): ReturnType<typeof parseWith<S>> => parseWith(schema, value, 'DATA_INVALID', 'The sketch')
