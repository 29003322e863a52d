"""Gradient-boosted trees and a random forest on the same splits. Reads JSON, writes JSON lines."""
import json
import sys
import time

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor

data = json.load(sys.stdin)
x, y = np.array(data["inputs"]), np.array(data["targets"])
for split, test in enumerate(data["splits"]):
    train = np.setdiff1d(np.arange(len(y)), test)
    for name, model in {
        "boosted-trees": HistGradientBoostingRegressor(random_state=0),
        "random-forest": RandomForestRegressor(n_estimators=300, random_state=0),
    }.items():
        start = time.perf_counter()
        model.fit(x[train], y[train])
        error = model.predict(x[test]) - y[test]
        seconds = time.perf_counter() - start
        row = {"method": name, "split": split, "rmse": float(np.sqrt(np.mean(error**2))), "seconds": seconds}
        print(json.dumps(row), flush=True)
