export { loadPackage, type NodeContext, type NodePackage, openPackage } from './load-package.ts'
export { type PackageFiles, readPackage } from './read-package.ts'
