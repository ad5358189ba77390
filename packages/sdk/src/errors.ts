export { type ErrorCode, type ErrorCodeEntry, errorCodes } from '@homing/protocol'
