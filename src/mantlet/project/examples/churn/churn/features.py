"""Turn the raw extracts (and what the API was asked) into one row of features per customer."""

import pandas as pd

from churn import settings

KEEP = ["customer_id", "email", *settings.NUMERIC, *settings.CATEGORICAL]


def build(raw: pd.DataFrame, requests: pd.DataFrame) -> pd.DataFrame:
    raw = raw.drop_duplicates("customer_id", keep="last")
    raw["age"] = pd.Timestamp.today().year - pd.to_datetime(raw["birth_date"]).dt.year
    raw["postcode_area"] = raw["postcode"].str[:2]
    # Somebody who asks a reseller about the price is thinking of leaving.
    asked = requests.groupby("customer_id").size().rename("reseller_requests")
    rows = raw.merge(asked, on="customer_id", how="left").fillna({"reseller_requests": 0})
    return rows[[*KEEP, "reseller_requests", settings.TARGET]]


def main() -> None:
    raw = pd.read_parquet(f"{settings.LAKE}/customers")
    requests = pd.read_json(f"{settings.LAKE}/prediction-log.jsonl", lines=True)
    rows = build(raw, requests)
    assert rows["customer_id"].is_unique and rows[settings.NUMERIC].notna().all().all()
    rows.to_parquet(settings.FEATURES)


if __name__ == "__main__":
    main()
