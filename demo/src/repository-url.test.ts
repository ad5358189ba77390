import { expect, it } from 'vitest'

import { repositoryUrl } from './repository-url.ts'

it.each([
  ['http://localhost:8400/', 'http://localhost:8400/repository/'],
  ['http://localhost:8400/?repository=/other/', 'http://localhost:8400/other/'],
  ['http://localhost:8400/?repository=https://models.example/r/', 'https://models.example/r/'],
])('%s reads %s', (address, repository) => {
  expect(repositoryUrl(address).href).toBe(repository)
})

it('refuses what is no URL', () => {
  expect(() => repositoryUrl('http://localhost/?repository=http://[')).toThrow(TypeError)
})
