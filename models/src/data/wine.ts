import { HomingError } from '@homing/protocol'

import { readDataFile } from './read-data-file.ts'
import { type WineFeature, type WineFeatureName, wineFeatures } from './wine-features.ts'

/** A wine: its features by name, and the median of the scores (0 to 10) that tasters gave. */
export interface Wine {
  readonly features: Readonly<Record<WineFeatureName, number>>
  readonly quality: number
}

/** Wines, and how many of their cells had lost the decimal point. */
export interface Wines {
  readonly wines: readonly Wine[]
  readonly repaired: number
}

const bestQuality = 10

/** Most digits of a number in the file, hence most places that a lost point can have been. */
const maxDigits = 16

/** The 4,898 white wines of P. Cortez et al. */
export async function whiteWines(folder: string): Promise<Wines> {
  const file = 'wine/winequality-white.csv'
  const bytes = await readDataFile(folder, file)
  return parseWines(new TextDecoder().decode(bytes), file)
}

/**
 * The wines of a table without header line: eleven features and the quality, apart by commas or semicolons.
 * @throws HomingError DATA_INVALID, naming the line.
 */
export function parseWines(text: string, what: string): Wines {
  const lines = text.split(/\r?\n/)
  while (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw new HomingError('DATA_INVALID', `${what} is empty`)
  const rows = lines.map((line, index) => parseWine(line, `Line ${index + 1} of ${what}`))
  return {
    wines: rows.map(({ wine }) => wine),
    repaired: rows.reduce((sum, { repaired }) => sum + repaired, 0),
  }
}

function parseWine(line: string, where: string): { wine: Wine; repaired: number } {
  const cells = line.split(/[,;]/).map((cell) => cell.trim())
  if (cells.length !== wineFeatures.length + 1) {
    throw new HomingError(
      'DATA_INVALID',
      `${where} has ${cells.length} cells where ${wineFeatures.length + 1} are expected`,
    )
  }
  const quality = parseNumber(cells.at(-1)!, where)
  if (quality < 0 || quality > bestQuality) {
    throw new HomingError(
      'DATA_INVALID',
      `${where}: the quality ${quality} is not between 0 and ${bestQuality}`,
    )
  }
  let repaired = 0
  const entries = wineFeatures.map((feature, index) => {
    const cell = cells[index]!
    const value = parseNumber(cell, where)
    if (value >= feature.min && value <= feature.max) return [feature.name, value] as const
    repaired++
    return [feature.name, restorePoint(cell, feature, where)] as const
  })
  return { wine: { features: Object.fromEntries(entries) as Wine['features'], quality }, repaired }
}

/** Some copies of this table went through a program that read 1.0001 as ten thousand and one: the point is put back. */
function restorePoint(cell: string, { name, min, max }: WineFeature, where: string): number {
  for (let places = 1; /^\d+$/.test(cell) && places < maxDigits; places++) {
    const value = Number(`${cell}e-${places}`)
    if (value >= min && value <= max) return value
  }
  throw new HomingError('DATA_INVALID', `${where}: ${name} is ${cell}, not between ${min} and ${max}`)
}

function parseNumber(cell: string, where: string): number {
  const value = cell === '' ? NaN : Number(cell)
  if (!Number.isFinite(value)) throw new HomingError('DATA_INVALID', `${where}: "${cell}" is no number`)
  return value
}
