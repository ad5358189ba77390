export { homing, type HomingPluginOptions } from './homing.ts'
