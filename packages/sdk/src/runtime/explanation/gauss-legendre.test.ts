import { expect, it } from 'vitest'

import { gaussLegendre, inParts, type Quadrature } from './gauss-legendre.ts'

const integral = (count: number, f: (x: number) => number): number => {
  const { nodes, weights } = gaussLegendre(count)
  return nodes.reduce((sum, node, i) => sum + weights[i]! * f(node), 0)
}

it('has the known nodes and weights of one, two and three points', () => {
  expect(gaussLegendre(1)).toEqual({ nodes: Float64Array.of(0.5), weights: Float64Array.of(1) })
  const two = gaussLegendre(2)
  expect(two.nodes[0]).toBeCloseTo((1 - 1 / Math.sqrt(3)) / 2, 14)
  expect(two.weights[1]).toBeCloseTo(0.5, 14)
  const three = gaussLegendre(3)
  expect(three.nodes[2]).toBeCloseTo((1 + Math.sqrt(0.6)) / 2, 14)
  expect(Array.from(three.weights, (weight) => weight * 18).map(Math.round)).toEqual([5, 8, 5])
})

it.each([1, 2, 5, 16, 33, 128])('%i points integrate polynomials up to degree 2n - 1 exactly', (count) => {
  const { nodes, weights } = gaussLegendre(count)
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
  expect([...nodes]).toEqual([...nodes].sort((a, b) => a - b))
  expect(nodes.every((node) => node > 0 && node < 1)).toBe(true)
  for (const degree of [1, count, 2 * count - 1])
    expect(integral(count, (x) => x ** degree)).toBeCloseTo(1 / (degree + 1), 12)
  if (count < 3) expect(integral(count, (x) => x ** (2 * count))).not.toBeCloseTo(1 / (2 * count + 1), 4)
})

it('in parts integrates as exactly, and functions with kinks better', () => {
  const kink = (x: number) => Math.abs(x - 0.4)
  const off = ({ nodes, weights }: Quadrature): number =>
    Math.abs(nodes.reduce((sum, node, i) => sum + weights[i]! * kink(node), 0) - (0.4 ** 2 + 0.6 ** 2) / 2)
  const rule = gaussLegendre(4)
  const parts = inParts(rule, 5)
  expect(parts.nodes).toHaveLength(20)
  expect([...parts.nodes]).toEqual([...parts.nodes].sort((a, b) => a - b))
  expect(parts.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
  expect(parts.nodes.reduce((sum, node, i) => sum + parts.weights[i]! * node ** 7, 0)).toBeCloseTo(1 / 8, 12)
  expect(off(parts)).toBeLessThan(off(rule) / 5)
  expect(inParts(rule, 1)).toEqual(rule)
})
