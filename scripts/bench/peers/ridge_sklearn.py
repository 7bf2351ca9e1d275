import sklearn
from samples import labels, queries, samples, unit
from side import serve
from sklearn.linear_model import RidgeClassifier


def run():
    RidgeClassifier(alpha=1.0, solver="cholesky").fit(unit(samples), labels).predict(unit(queries))


serve(f"scikit-learn {sklearn.__version__}", run)
