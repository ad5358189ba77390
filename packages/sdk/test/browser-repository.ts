import {
  canonicalBytes,
  compareVersions,
  type ListedVersion,
  type Manifest,
  paths,
  type Requirements,
  sha256Hex,
} from '@homing/protocol'
import type { Fault } from '@homing/testkit'
import { commands } from 'vitest/browser'

import type { ProbeFiles } from '../src/runtime/probe-api.ts'
import type { LoadRequest } from '../src/runtime/runtime-api.ts'
import { unhashed } from './tiny-packages.ts'

/** The commands of `repositoryCommands` as a browser test sees them. */
interface RepositoryCommands {
  startRepository(): Promise<{ url: string; root: string }>
  putRepositoryFiles(url: string, files: Readonly<Record<string, string>>): Promise<void>
  expireRepository(url: string, role: SignedRole, expires: string): Promise<void>
  failRepositoryPath(url: string, path: string, fault: Fault, times?: number): Promise<void>
  healRepository(url: string): Promise<void>
  cutRepository(url: string): Promise<void>
  copyRepository(url: string): Promise<string>
  guardRepository(url: string, tokens: readonly string[] | undefined): Promise<void>
  expireRepositoryAddresses(url: string): Promise<void>
  listRepositoryTokens(url: string): Promise<[path: string, authorization: string | null][]>
  listRepositoryRequests(url: string): Promise<string[]>
  stopRepository(url: string): Promise<void>
}
/** Roles whose expiry a test can set. */
type SignedRole = 'timestamp' | 'snapshot' | 'root'
const node = commands as unknown as RepositoryCommands

/** A version to publish: a load request whose hashes are still to be filled in. */
export interface Release {
  readonly request: Pick<LoadRequest, 'manifest' | 'graph' | 'parameters'>
  readonly requirements?: Requirements
  /** The explanation graph that the manifest describes. */
  readonly explanation?: Uint8Array<ArrayBuffer>
  /** The training graph that the manifest describes. */
  readonly training?: Uint8Array<ArrayBuffer>
  /** The files of the probes that the manifest describes. */
  readonly probes?: ProbeFiles
}

/** A repository in Node, as a browser test uses it. */
export interface BrowserRepository {
  readonly url: string
  /** The first root, as an app bundles it. */
  readonly root: string
  /** Publishes `releases` of one model besides earlier ones, signed; the newest serves. Gives the manifests. */
  publish(releases: readonly Release[]): Promise<Manifest[]>
  /** Puts files of other kinds at their paths; what signed metadata shall vouch for is signed. */
  put(files: Readonly<Record<string, Uint8Array>>): Promise<void>
  /** Makes a published version the champion of its model. */
  rollOut(model: string, champion: string): Promise<void>
  /** Signs the metadata of a role once more, as expiring at `expires`. */
  expire(role: SignedRole, expires: string): Promise<void>
  fail(path: string, fault: Fault, times?: number): Promise<void>
  heal(): Promise<void>
  /** Breaks every connection. */
  cut(): Promise<void>
  /** A copy of the repository as it is now, as it would lie in an app's files. */
  copy(): Promise<BundleCopy>
  /** From now on manifests and blobs are for those who show one of these tokens; for everyone when undefined. */
  guard(tokens: readonly string[] | undefined): Promise<void>
  /** Ends the addresses that were signed so far. */
  expireAddresses(): Promise<void>
  /** What each request showed as its authorisation. */
  tokens(): Promise<[path: string, authorization: string | null][]>
  requests(): Promise<string[]>
  stop(): Promise<void>
}

/** A copy of a repository. */
export type BundleCopy = Pick<BrowserRepository, 'url' | 'requests' | 'stop'> & {
  fail(path: string, fault: Fault): Promise<void>
}

export async function startBrowserRepository(): Promise<BrowserRepository> {
  const { url, root } = await node.startRepository()
  const listed = new Map<string, ListedVersion[]>()
  let revision = 0

  const rollout = (model: string, champion: string): Record<string, string> => {
    const versions = listed.get(model)!
    const document = { format: 1, model, revision: ++revision, champion, versions }
    return { [paths.rollout(model)]: base64(canonicalBytes(document)) }
  }

  return {
    url,
    root,
    async publish(releases) {
      const files: Record<string, string> = {}
      const manifests: Manifest[] = []
      for (const release of releases) {
        const { request, requirements, explanation, training } = release
        const manifest = await withHashes(release)
        const bytes = canonicalBytes(manifest)
        const { model, version } = manifest
        manifests.push(manifest)
        const place = manifest.base === undefined ? paths.manifest : paths.federatedManifest
        files[place(model, version)] = base64(bytes)
        files[paths.blob(manifest.graph.sha256)] = base64(request.graph)
        if (manifest.explanation && explanation)
          files[paths.blob(manifest.explanation.graph.sha256)] = base64(explanation)
        if (manifest.training?.graph && training)
          files[paths.blob(manifest.training.graph.file.sha256)] = base64(training)
        if (manifest.probes && release.probes) {
          files[paths.blob(manifest.probes.inputs.sha256)] = base64(release.probes.inputs)
          files[paths.blob(manifest.probes.outputs.sha256)] = base64(release.probes.outputs)
        }
        for (const { sha256 } of manifest.parameters.shards)
          files[paths.blob(sha256)] = base64(request.parameters)
        const entry = {
          version,
          manifest: { sha256: await sha256Hex(bytes), size: bytes.byteLength },
          ...(requirements ? { requirements } : {}),
          ...(manifest.base === undefined ? {} : { base: manifest.base }),
        }
        listed.set(
          model,
          [...(listed.get(model) ?? []), entry].sort((a, b) => compareVersions(b.version, a.version)),
        )
      }
      const { model } = manifests[0]!
      Object.assign(files, rollout(model, listed.get(model)![0]!.version))
      await node.putRepositoryFiles(url, files)
      return manifests
    },
    put: (files) =>
      node.putRepositoryFiles(
        url,
        Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, base64(bytes)])),
      ),
    rollOut: (model, champion) => node.putRepositoryFiles(url, rollout(model, champion)),
    expire: (role, expires) => node.expireRepository(url, role, expires),
    fail: (path, fault, times) => node.failRepositoryPath(url, path, fault, times),
    heal: () => node.healRepository(url),
    cut: () => node.cutRepository(url),
    async copy() {
      const copied = await node.copyRepository(url)
      return {
        url: copied,
        fail: (path, fault) => node.failRepositoryPath(copied, path, fault),
        requests: () => node.listRepositoryRequests(copied),
        stop: () => node.stopRepository(copied),
      }
    },
    guard: (tokens) => node.guardRepository(url, tokens),
    expireAddresses: () => node.expireRepositoryAddresses(url),
    tokens: () => node.listRepositoryTokens(url),
    requests: () => node.listRepositoryRequests(url),
    stop: () => node.stopRepository(url),
  }
}

async function withHashes({
  request,
  requirements,
  explanation,
  training,
  probes,
}: Release): Promise<Manifest> {
  const { manifest, parameters } = request
  const shards =
    parameters.byteLength > 0 ? [{ sha256: await sha256Hex(parameters), size: parameters.byteLength }] : []
  const graph = { sha256: await sha256Hex(request.graph), size: request.graph.byteLength }
  const section = manifest.explanation && {
    ...manifest.explanation,
    inference: graph.sha256,
    ...(explanation ? { graph: { sha256: await sha256Hex(explanation), size: explanation.byteLength } } : {}),
  }
  const recipe = manifest.training && {
    ...manifest.training,
    inference: manifest.training.inference === unhashed ? graph.sha256 : manifest.training.inference,
    ...(manifest.training.graph && training
      ? {
          graph: {
            ...manifest.training.graph,
            file: { sha256: await sha256Hex(training), size: training.byteLength },
          },
        }
      : {}),
  }
  const proven = manifest.probes &&
    probes && {
      ...manifest.probes,
      inputs: { sha256: await sha256Hex(probes.inputs), size: probes.inputs.byteLength },
      outputs: { sha256: await sha256Hex(probes.outputs), size: probes.outputs.byteLength },
    }
  return {
    ...manifest,
    graph,
    parameters: { ...manifest.parameters, shards },
    ...(section ? { explanation: section } : {}),
    ...(recipe ? { training: recipe } : {}),
    ...(proven ? { probes: proven } : {}),
    ...(requirements ? { requirements } : {}),
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
