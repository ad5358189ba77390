"""Writes test/scipy-cases.json: random cases and what SciPy says of them. Run by hand: python3 test/scipy-cases.py"""
import json
from pathlib import Path

import numpy as np
import scipy
from scipy import stats
from scipy.spatial.distance import jensenshannon

random = np.random.default_rng(2026)
cases = []
for case in range(40):
    n, m = random.integers(2, 60, 2)
    shift, scale = random.normal(0, 0.5), random.uniform(0.5, 2)
    # Rounded, so that some cases have ties.
    a = random.normal(0, 1, n).round(case % 4 + 1)
    b = random.normal(shift, scale, m).round(case % 4 + 1)
    table = random.integers(1, 50, (random.integers(2, 5), random.integers(2, 7)))
    welch = stats.ttest_ind(b, a, equal_var=False)
    interval = welch.confidence_interval(0.95)
    contingency = stats.chi2_contingency(table, correction=False)
    ps = random.uniform(0, 1, random.integers(1, 9)) ** 3
    cases.append({
        'a': a.tolist(), 'b': b.tolist(),
        'ks': {'distance': stats.ks_2samp(a, b).statistic,
               'exact': stats.ks_2samp(a, b, method='exact').pvalue,
               'asymptotic': stats.ks_2samp(a, b, method='asymp').pvalue},
        'welch': {'t': welch.statistic, 'df': welch.df, 'p': welch.pvalue, 'interval': [interval.low, interval.high]},
        'table': table.tolist(),
        'contingency': {'statistic': contingency.statistic, 'df': int(contingency.dof), 'p': contingency.pvalue,
                        'v': stats.contingency.association(table, method='cramer')},
        'jensenShannon': jensenshannon(table[0], table[1], 2),
        'ps': ps.tolist(), 'benjaminiHochberg': stats.false_discovery_control(ps).tolist(),
    })
report = {'scipy': scipy.__version__, 'cases': cases}
Path(__file__).with_suffix('.json').write_text(json.dumps(report, default=float) + '\n')
