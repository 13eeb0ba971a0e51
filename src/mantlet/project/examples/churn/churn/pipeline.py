"""The nightly DAG, run by the shared Airflow."""

import datetime as dt

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("churn", start_date=dt.datetime(2026, 1, 1), schedule="0 2 * * *", catchup=False) as dag:
    ingest = BashOperator(task_id="ingest", bash_command="python -m churn.ingest")
    features = BashOperator(task_id="features", bash_command="python -m churn.features")
    train = BashOperator(task_id="train", bash_command="[ $(date +%u) != 7 ] || python -m churn.train")
    score = BashOperator(task_id="score", bash_command="python -m churn.score")
    ingest >> features >> train >> score
