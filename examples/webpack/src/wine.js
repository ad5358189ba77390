/** A wine, with what was measured of it; the model's pipeline fills in the rest. */
export const wine = { alcohol: 12.4, volatile_acidity: 0.2, pH: 3.2, residual_sugar: 4 }
