/** A measured feature of a wine, with its unit and the bounds outside which no white wine lies. */
export interface WineFeature {
  readonly name: string
  readonly unit: string
  readonly min: number
  readonly max: number
}

/** The features in the order of the file's columns. */
export const wineFeatures = [
  { name: 'fixed_acidity', unit: 'g/L tartaric acid', min: 2, max: 20 },
  { name: 'volatile_acidity', unit: 'g/L acetic acid', min: 0, max: 3 },
  { name: 'citric_acid', unit: 'g/L', min: 0, max: 3 },
  { name: 'residual_sugar', unit: 'g/L', min: 0, max: 100 },
  { name: 'chlorides', unit: 'g/L sodium chloride', min: 0, max: 1 },
  { name: 'free_sulfur_dioxide', unit: 'mg/L', min: 0, max: 400 },
  { name: 'total_sulfur_dioxide', unit: 'mg/L', min: 0, max: 600 },
  { name: 'density', unit: 'g/mL', min: 0.95, max: 1.1 },
  { name: 'pH', unit: 'pH', min: 2, max: 5 },
  { name: 'sulphates', unit: 'g/L potassium sulphate', min: 0, max: 3 },
  { name: 'alcohol', unit: '% vol', min: 6, max: 18 },
] as const satisfies readonly WineFeature[]

/** Name of a measured feature. */
export type WineFeatureName = (typeof wineFeatures)[number]['name']
