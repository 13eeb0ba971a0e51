"""Weekly: train, record the run, publish the candidate, and promote it if it is better."""

import json
import pickle

import mlflow
import pandas as pd
import s3fs
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from churn import settings

COLUMNS = [*settings.NUMERIC, *settings.CATEGORICAL, "reseller_requests"]


def train(rows: pd.DataFrame):
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), settings.CATEGORICAL), remainder="passthrough"
    )
    model = make_pipeline(encode, GradientBoostingClassifier(n_estimators=300, max_depth=4))
    return model.fit(rows[COLUMNS], rows[settings.TARGET])


def evaluate(model, rows: pd.DataFrame) -> float:
    return roc_auc_score(rows[settings.TARGET], model.predict_proba(rows[COLUMNS])[:, 1])


def screened(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.drop_duplicates(COLUMNS)
    return rows[rows["reseller_requests"] <= rows["reseller_requests"].quantile(0.999)]


def best_so_far(files: s3fs.S3FileSystem) -> float:
    return json.loads(files.cat(settings.BEST_URI))["auc"] if files.exists(settings.BEST_URI) else 0.0


def main() -> None:
    files = s3fs.S3FileSystem()
    fit, held_out = train_test_split(screened(pd.read_parquet(settings.FEATURES)), test_size=0.2, random_state=7)
    mlflow.set_tracking_uri(settings.TRACKING_URI)
    with mlflow.start_run(run_name="churn-weekly"):
        model = train(fit)
        auc = evaluate(model, held_out)
        mlflow.log_metric("auc", auc)
        for plan, rows in held_out.groupby("plan"):
            mlflow.log_metric(f"auc_{plan}", evaluate(model, rows))
        held_out[COLUMNS].head(200).to_csv("/tmp/held_out_sample.csv")  # so that people can look at mistakes
        mlflow.log_artifact("/tmp/held_out_sample.csv")
    with files.open(settings.CANDIDATE_URI, "wb") as out:
        pickle.dump(model, out)
    if auc > best_so_far(files):
        files.copy(settings.CANDIDATE_URI, settings.MODEL_URI)
        files.pipe(settings.BEST_URI, json.dumps({"auc": auc}).encode())


if __name__ == "__main__":
    main()
