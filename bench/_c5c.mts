import { readFileSync, readdirSync } from 'node:fs'
import { onnxEngine } from '../packages/sdk/src/runtime/engines/onnx-engine.ts'
import { createRuntime } from '../packages/sdk/src/runtime/runtime.ts'
import { serveCalls } from '../packages/sdk/src/runtime/calls/serve-calls.ts'
import { callPort } from '../packages/sdk/src/client/call-port.ts'
import { createModelCalls } from '../packages/sdk/src/client/model-calls.ts'
import { repeatedCalls } from '../packages/sdk/src/client/repeated-calls.ts'
import * as ort from 'onnxruntime-web/wasm'
const which = process.argv[2] ?? 'mlp'
const repo = `/tmp/c5/scratch/networks/${which}/repository`
const v = readdirSync(`${repo}/models/${which}`).filter(x=>!x.includes('.'+'json'))[0]!
const manifest = JSON.parse(readFileSync(`${repo}/models/${which}/${v}/manifest.json`, 'utf8'))
const blob = (h: string) => new Uint8Array(readFileSync(`${repo}/blobs/${h}`))
const library = onnxEngine({ threads: 1 })
let inRun = 0
const engine = { ...library, async start(b: never) { const st = await library.start(b); return { ...st, async load(...f: never[]) { const s = await (st.load as any)(...f); return { ...s, async run(i: never) { const a = performance.now(); const r = await s.run(i); inRun += performance.now() - a; return r } } } } } }
const runtime = createRuntime(engine as never)
const facts = await runtime.load({ manifest, graph: blob(manifest.graph.sha256), parameters: Buffer.concat(manifest.parameters.shards.map((s: any) => blob(s.sha256))) as never, backends: ['wasm'] })
await runtime.activate(which, facts.instance)
const { port1, port2 } = new MessageChannel()
serveCalls(runtime, port2)
const calls = callPort(port1, new Promise(() => undefined))
const session = { calls: async () => calls, watched: (_e: any, _m: any, c: any) => c } as any
const model = createModelCalls({ name: which, session, serving: () => ({ engine: 'onnx', signature: manifest.signature, windows: [] }), isClosing: () => false, queue: {}, repeated: repeatedCalls(() => false, async () => {}) } as any)
const { name, shape } = manifest.signature.inputs[0]
const size = shape.slice(1).reduce((a: number, b: number) => a * b, 1)
const inputs = Array.from({ length: 64 }, () => Float32Array.from({ length: size }, Math.random))
const one = (d: Float32Array) => model.predict({ [name]: { dtype: 'float32', shape: [1, ...shape.slice(1)], data: d } } as never, {}).then((r) => ({ ...r, predictionId: crypto.randomUUID() }))
const t: number[] = [], u: number[] = [], r: number[] = [], su: number[] = [], sr: number[] = []
for (let i = 0; i < 60; i++) await one(inputs[0]!)
for (let i = 0; i < 300; i++) { inRun = 0; const a = performance.now(); await Promise.all(inputs.map(one)); const d = performance.now() - a; t.push(d); u.push(d - inRun); r.push(inRun) }
for (let i = 0; i < 500; i++) { inRun = 0; const a = performance.now(); await one(inputs[i % 64]!); const d = performance.now() - a; su.push(d - inRun); sr.push(inRun) }
const s = await ort.InferenceSession.create(new Uint8Array(readFileSync(`/tmp/c5/scratch/networks/${which}/onnx/model.onnx`)))
const seq: number[] = [], bat: number[] = []
const all = new Float32Array(64 * size); inputs.forEach((x, i) => all.set(x, i * size))
for (let i = 0; i < 200; i++) { const a = performance.now(); for (const d of inputs) await s.run({ [s.inputNames[0]!]: new ort.Tensor('float32', d, [1, ...shape.slice(1)]) }); seq.push(performance.now() - a)
 const b = performance.now(); await s.run({ [s.inputNames[0]!]: new ort.Tensor('float32', all, [64, ...shape.slice(1)]) }); bat.push(performance.now() - b) }
const q = (xs: number[]) => { xs.sort((a, b) => a - b); return `p50 ${xs[xs.length >> 1]!.toFixed(3)} p10 ${xs[Math.floor(xs.length / 10)]!.toFixed(3)}` }
console.log('64 total', q(t), '| outside run', q(u), '| in run', q(r)); console.log('single outside run', q(su), 'in run', q(sr)); console.log('ort seq', q(seq), 'ort batch', q(bat))
process.exit(0)
