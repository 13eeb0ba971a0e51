#!/bin/sh
# Point the API and the pipeline's tasks at a new image.
set -e
kubectl set image deployment/churn-api api="registry.lumio.example/churn:$1"
kubectl set image cronjob/churn-pipeline task="registry.lumio.example/churn:$1"
