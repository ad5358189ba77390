import { HomingError } from '@homing/protocol'

/**
 * Tells whether the GPU behind a backend still works. Ask before and after a run: WebGL answers with zeros when it is
 * gone, and onnxruntime-web blocks its thread for ever.
 */
export interface BackendLife {
  /** Ends as `work` does, or rejects once the GPU is gone: a read that is under way then may never end. */
  during<T>(work: Promise<T>): Promise<T>
  /** Whether the GPU is gone, and why: an error to throw. */
  end(): HomingError | undefined
}

/** Of a backend, what tells of its end: the context of webgl, the device of webgpu. Others never end. */
export interface Gpu {
  readonly gl?: WebGL2RenderingContext | undefined
  readonly device?: GPUDevice | undefined
}

/** Throws when the GPU is gone. */
export function requireLife(life: BackendLife): void {
  const end = life.end()
  if (end) throw end
}

/** Watches a GPU. */
export function backendLife({ gl, device }: Gpu): BackendLife {
  let end: HomingError | undefined
  // Each lets go when its work ends: racing with one promise of all would keep every result for ever.
  const waiting = new Set<(reason: HomingError) => void>()
  const tell = (what: string): void => {
    end = gone(what)
    for (const reject of waiting) reject(end)
  }
  gl?.canvas.addEventListener('webglcontextlost', () => {
    tell('WebGL context')
  })
  void device?.lost.then(() => {
    tell('WebGPU device')
  })
  return {
    during(work) {
      return new Promise((resolve, reject) => {
        if (end) reject(end)
        waiting.add(reject)
        void work.then(resolve, reject).finally(() => waiting.delete(reject))
      })
    },
    // The event comes a task later than the loss.
    end: () => end ?? (gl?.isContextLost() ? gone('WebGL context') : undefined),
  }
}

const gone = (what: string): HomingError =>
  new HomingError('ENGINE_FAILED', `The ${what} was lost: the GPU was reset or taken away.`)
