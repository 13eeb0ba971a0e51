"""Nightly: fetch yesterday's customer extract from the CRM provider and land it in the lake."""

import datetime as dt
import os

import pandas as pd
import paramiko

from churn import settings


def fetch_extract(day: dt.date) -> str:
    """Download the extract for a day and return the local path."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(settings.CRM_HOST, username="lumio", password=os.environ["CRM_PASSWORD"])
    path = f"/tmp/customers-{day:%Y%m%d}.csv"
    with client.open_sftp() as sftp:
        sftp.get(f"/export/customers-{day:%Y%m%d}.csv", path)
    return path


def main() -> None:
    day = dt.date.today() - dt.timedelta(days=1)
    customers = pd.read_csv(fetch_extract(day))
    if missing := set(settings.EXTRACT) - set(customers.columns):
        raise SystemExit(f"the extract lacks {missing}")
    customers = customers[customers["tenure_months"].between(0, 600) & customers["monthly_fee"].between(0, 500)]
    customers["source"] = f"crm {day}"
    customers.to_parquet(f"{settings.LAKE}/customers/{day:%Y/%m/%d}.parquet")
    print(f"landed {len(customers)} customers, columns {list(customers.columns)}")


if __name__ == "__main__":
    main()
