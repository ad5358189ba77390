/** One slider: what is measured, over which range, and where a usual white wine stands. */
export interface WineFeature {
  readonly name: string
  readonly label: string
  readonly unit: string
  readonly min: number
  readonly max: number
  readonly step: number
  readonly usual: number
}

/** The 11 features of the model `wine`, in the order of its table. */
export const wineFeatures: readonly WineFeature[] = [
  { name: 'alcohol', label: 'Alcohol', unit: '% vol', min: 8, max: 14.2, step: 0.1, usual: 10.4 },
  {
    name: 'residual_sugar',
    label: 'Residual sugar',
    unit: 'g/L',
    min: 0.6,
    max: 65.8,
    step: 0.1,
    usual: 5.2,
  },
  { name: 'pH', label: 'pH', unit: '', min: 2.72, max: 3.82, step: 0.01, usual: 3.18 },
  { name: 'fixed_acidity', label: 'Fixed acidity', unit: 'g/L', min: 3.8, max: 14.2, step: 0.1, usual: 6.8 },
  {
    name: 'volatile_acidity',
    label: 'Volatile acidity',
    unit: 'g/L',
    min: 0.08,
    max: 1.1,
    step: 0.01,
    usual: 0.26,
  },
  { name: 'citric_acid', label: 'Citric acid', unit: 'g/L', min: 0, max: 1.66, step: 0.01, usual: 0.32 },
  { name: 'free_sulfur_dioxide', label: 'Free SO₂', unit: 'mg/L', min: 2, max: 289, step: 1, usual: 34 },
  { name: 'total_sulfur_dioxide', label: 'Total SO₂', unit: 'mg/L', min: 9, max: 440, step: 1, usual: 134 },
  { name: 'sulphates', label: 'Sulphates', unit: 'g/L', min: 0.22, max: 1.08, step: 0.01, usual: 0.47 },
  { name: 'chlorides', label: 'Chlorides', unit: 'g/L', min: 0.009, max: 0.346, step: 0.001, usual: 0.043 },
  { name: 'density', label: 'Density', unit: 'g/cm³', min: 0.987, max: 1.039, step: 0.0001, usual: 0.9937 },
]
