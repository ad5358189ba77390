import { cp, mkdir, readFile, realpath, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { root } from '../fixtures/places.ts'

interface PackageFile {
  readonly name: string
  readonly bin?: string | Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** What is no part of an example: what was made of it here, and what checks its types in this repository. */
const left = new Set(['node_modules', 'dist', 'homing-root.json', 'tsconfig.json'])

/**
 * Copies an example into `folder` and installs it as its users would: packages of Homing from `packages`, where `packSdk`
 * put them, and every other one that it or they name.
 */
export async function installExample(name: string, folder: string, packages: string): Promise<void> {
  const example = join(root, 'examples', name)
  await cp(example, folder, { recursive: true, filter: (path) => !left.has(basename(path)) })
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  await cp(join(root, 'examples/app'), join(modules, '@homing/example-app'), {
    recursive: true,
    filter: (path) => !left.has(basename(path)),
  })

  const installed = new Set(['@homing/example-app'])
  const install = async (names: readonly string[], from: string): Promise<void> => {
    for (const wanted of names) {
      if (installed.has(wanted)) continue
      installed.add(wanted)
      const scoped = /^@homing\/(.*)$/.exec(wanted)?.[1]
      if (scoped === undefined) {
        await link(join(from, 'node_modules', wanted), join(modules, wanted))
      } else {
        await cp(join(packages, scoped), join(modules, wanted), { recursive: true })
        const { dependencies = {} } = await packageFile(join(packages, scoped))
        await install(Object.keys(dependencies), join(root, 'packages', scoped))
      }
    }
  }
  const { dependencies = {}, devDependencies = {} } = await packageFile(folder)
  await install([...Object.keys(dependencies), ...Object.keys(devDependencies)], example)
  for (const tool of Object.keys(devDependencies)) await linkCommands(join(modules, tool), modules)
}

/** Puts the commands of a package where scripts find them. Those of the workspace would also find what it alone has. */
async function linkCommands(from: string, modules: string): Promise<void> {
  const { name, bin = {} } = await packageFile(from)
  const commands = typeof bin === 'string' ? { [name]: bin } : bin
  for (const [command, file] of Object.entries(commands))
    await link(join(from, file), join(modules, '.bin', command))
}

async function packageFile(folder: string): Promise<PackageFile> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageFile
}

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await symlink(await realpath(from), to, 'junction')
}
