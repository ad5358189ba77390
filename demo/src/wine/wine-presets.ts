import { wineFeatures } from './wine-features.ts'

/** A wine to begin with: what differs from the usual one. */
interface WinePreset {
  readonly label: string
  readonly values: Readonly<Record<string, number>>
}

const presets: readonly WinePreset[] = [
  { label: 'Usual', values: {} },
  {
    label: 'Crisp',
    values: { alcohol: 12.4, residual_sugar: 1.8, density: 0.9899, chlorides: 0.032, pH: 3.24 },
  },
  {
    label: 'Sweet',
    values: { alcohol: 8.9, residual_sugar: 17.8, density: 1.0002, total_sulfur_dioxide: 178 },
  },
  {
    label: 'Sour',
    values: { alcohol: 9.3, volatile_acidity: 0.66, fixed_acidity: 8.4, free_sulfur_dioxide: 8 },
  },
]

/** The presets with a value for every feature. */
export const winePresets = presets.map(({ label, values }) => ({
  label,
  values: new Map(wineFeatures.map(({ name, usual }) => [name, values[name] ?? usual])),
}))
