import { nodeAttributes } from '../../graph/node-attributes.ts'
import { refuseUpgrade, setAttributes, setInput, takeAttribute, type UpgradeRule } from '../upgrade-rule.ts'

/** Upsample 9: the factors became an input. */
export const factorsToInput: UpgradeRule = (node, scope) => {
  const scales = takeAttribute(node, 'scales')?.floats ?? refuseUpgrade(node, 'it has no scales')
  setInput(node, 1, scope.constant(`${node.output[0]!}.scales`, 'float32', [scales.length], scales))
  return [node]
}

/** Upsample is Resize from 10 on. */
export const upsampleToResize: UpgradeRule = (node) => {
  node.opType = 'Resize'
  return [node]
}

/**
 * Resize 11: how positions are mapped, a fixed rule before, is said by attributes. The nearest element was the one
 * before when an axis grows and the one behind when it shrinks (as onnxruntime has it; the standard was silent).
 */
export const mappingToAttributes: UpgradeRule = (node, scope) => {
  const scales = node.input[1] ?? ''
  const factors = scope.numbers(scales) ?? []
  const [grows, shrinks] = [factors.some((factor) => factor > 1), factors.some((factor) => factor < 1)]
  const nearest = nodeAttributes(node).string('mode', 'nearest') === 'nearest'
  if (nearest && grows && shrinks) refuseUpgrade(node, 'it enlarges one axis and shrinks another')
  setAttributes(node, {
    coordinate_transformation_mode: 'asymmetric',
    ...(nearest && { nearest_mode: shrinks ? 'ceil' : 'floor' }),
  })
  node.input = [node.input[0]!, '', scales]
  return [node]
}

/** Resize 13 dropped a mapping that only TensorFlow's old models have. */
export const knownMapping: UpgradeRule = (node) => {
  const mode = nodeAttributes(node).string('coordinate_transformation_mode', '')
  if (mode === 'tf_half_pixel_for_nn') refuseUpgrade(node, `it maps positions by ${mode}`)
  return [node]
}

/** GridSample 20: modes were renamed. */
export const renamedModes: UpgradeRule = (node) => {
  const mode = nodeAttributes(node).string('mode', 'bilinear')
  if (mode === 'bilinear') setAttributes(node, { mode: 'linear' })
  if (mode === 'bicubic') setAttributes(node, { mode: 'cubic' })
  return [node]
}

/** RoiAlign 16: positions are shifted by half a pixel unless told otherwise. */
export const unshifted: UpgradeRule = (node) => {
  setAttributes(node, { coordinate_transformation_mode: 'output_half_pixel' })
  return [node]
}
