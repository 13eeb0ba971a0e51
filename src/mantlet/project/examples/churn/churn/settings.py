"""Where things are; overridden by the environment in the cluster."""

import os

LAKE = os.environ.get("LAKE", "s3://lumio-lake/raw")
FEATURES = os.environ.get("FEATURES", "s3://lumio-lake/features/customers.parquet")
MODEL_URI = os.environ.get("MODEL_URI", "s3://lumio-models/churn/current.pkl")
CANDIDATE_URI = os.environ.get("CANDIDATE_URI", "s3://lumio-models/churn/candidate.pkl")
BEST_URI = os.environ.get("BEST_URI", "s3://lumio-models/churn/best.json")
TRACKING_URI = os.environ.get("MLFLOW_TRACKING_URI", "http://tracker:5000")
DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://churn@scores-db/churn")
CRM_HOST = os.environ.get("CRM_HOST", "sftp.clientbook.example")
MAIL_API = os.environ.get("MAIL_API", "https://api.postwing.example/v2/audiences")
PARTNER_KEYS = set(filter(None, os.environ.get("PARTNER_KEYS", "").split(",")))

EXTRACT = ["customer_id", "email", "birth_date", "postcode", "plan", "payment_method", "tenure_months", "monthly_fee"]
NUMERIC = ["tenure_months", "monthly_fee", "support_calls", "outages_90d", "age"]
CATEGORICAL = ["plan", "postcode_area", "payment_method"]
TARGET = "left_within_60d"
